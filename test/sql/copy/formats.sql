-- Text and CSV both ways: escapes, quotes, NULL, headers, end marks.
create table t(a int, b text, c numeric(6,2) default 1.5, d date);
copy t from stdin;
1	x	2.5	2020-01-01
2	\N	\N	\N
3	tab\there\\ back\nnl\x41\101	3	2021-12-31
\.
select * from t order by a;
copy t to stdout;
copy t(b,a) to stdout csv header;
copy t from stdin;
1	x
\.
copy t from stdin;
1	x	2	2020-01-01	extra
\.
copy t from stdin;
abc	x	2	2020-01-01
\.
copy t from stdin;
1	x	2	2020-01-01
2	x	99999.99	2020-01-01
\.
copy t from stdin;
1	x	2	2020-13-01
\.
copy t(a,b) from stdin csv;
10,"quoted ""x"", y"
11,
12,""
13,"multi
line"
\.
copy t(a,b) from stdin csv header;
a,b
14,z
\.
copy t(a,b) from stdin csv header match;
a,b
15,z
\.
copy t(a,b) from stdin with (format csv, header match);
a,b
15,z
\.
copy t(a,b) from stdin with (format csv, header match);
a,c
16,z
\.
copy t(a,b) from stdin with (format csv, header match);
a
16,z
\.
copy t(a,b) from stdin with (format csv, header match);
a,b,c
16,z
\.
copy t(a,b) from stdin with (format text, header);
a	b
17	hdr
\.
copy t(a,b) from stdin with (format text, header match);
a	b
18	hdr
\.
copy t(a,b) from stdin with (format text, header match);
a	x
18	hdr
\.
copy t(a,b) from stdin with (format text, header match);
a	\N
18	hdr
\.
copy t(a,b) to stdout with (format csv, force_quote *);
copy t(a,b) to stdout with (format csv, force_quote (b), null 'NULL', delimiter ';', quote '''', escape '\');
copy t(a,b) to stdout with (delimiter '|', null '');
copy (select a, b from t where a > 10 order by a) to stdout with csv header;
copy (select a, b from t where a > 10 order by a) to stdout with (header);
copy (values (1,'a'),(2,null)) to stdout;
copy (insert into t(a) values (100) returning a, c) to stdout;
copy (delete from t where a = 100) to stdout;
copy (update t set b = 'u' where a = 1) to stdout;
copy t from stdin where a > 5;
1	no	1	2020-01-01
6	yes	1	2020-01-01
\.
copy (select 1) from stdin;
\.
copy t(a,b) from stdin csv delimiter ';' null 'zz' quote '''' escape '\' force not null b;
1;'a\'b'
2;zz
3;
\.
copy t(a,b) from stdin with (format csv, force_null (b), null 'zz');
21,"zz"
22,zz
\.
copy t from stdin csv;
1,"abc
\.
copy t(a,b) from stdin;
1\	x
\.
copy t(a,b) from stdin;
31	a\
b
32	c
\.
copy t(a,b) from stdin;
33	\.
34	c
\.
copy t(a,b) from stdin csv;
35,\.
36,c
\.
copy t(a,b) from stdin;

\.
copy t(b) from stdin;

x
\.
copy t(b) from stdin csv;

x
\.
select count(*), count(b) from t;
copy t(a,b) from stdin freeze;
40	f
\.
begin;
create table fz(a int);
copy fz from stdin freeze;
1
\.
copy fz to stdout;
rollback;
copy t to stdout (format 'csv', header true);
copy t to stdout (format "text");
copy binary t to stdin;
copy t(a) to stdout delimiters ';';
copy t(a,b) to stdout using delimiters ';' with null as 'X';
create table q(a text, b text);
copy q from stdin;
x	\.
y	z
\.
select * from q;
copy q from stdin;
x	\.y
\.
copy q from stdin csv;
"a
b",1
"c
d",1,2
\.
copy q from stdin csv quote '"' escape '\';
"a\"b",c
\.
copy q from stdin csv;
ab"c,d"e,f
\.
copy q from stdin csv;
 "a" ,d""e
\.
select * from q;
copy q to stdout freeze;
copy q(a) from stdin (format csv, null '');
a

b
\.
copy q from stdin (format csv, null E'\\N');
\N,"\N"
\.
copy q from stdin csv;
"abc",\xff
\.
