-- What becomes of the rows: constraints, defaults, types, transactions, queries as the source.
create table p(id int primary key);
insert into p values (1),(2);
create table k(id serial primary key, p int references p, n int not null, v int check (v > 0), u text unique, g int generated always as (n*2) stored, i int generated always as identity, vc varchar(3), ch char(4));
copy k(p,n,v,u,vc,ch) from stdin;
1	1	1	a	abc	x
2	2	2	b	ab	xy
\.
select * from k;
copy k(p,n,v,u) from stdin;
1	1	1	c
1	\N	1	d
\.
copy k(p,n,v,u) from stdin;
1	1	1	c
1	1	0	d
\.
copy k(p,n,v,u) from stdin;
1	1	1	c
1	1	1	a
\.
copy k(p,n,v,u) from stdin;
1	1	1	c
9	1	1	z
\.
copy k(n,vc) from stdin;
1	abcd
\.
copy k(n,vc) from stdin;
1	abc 
2	é€x
\.
copy k(n,ch) from stdin;
1	abcde
\.
copy k(g) from stdin;
1
\.
copy k(n,i) from stdin;
5	77
\.
copy k to stdout;
copy k(g) to stdout;
create view vw as select * from k;
copy vw to stdout;
copy vw from stdin;
1
\.
create sequence sq;
copy sq to stdout;
copy sq from stdin;
\.
create index kix on k(n);
copy kix to stdout;
copy kix from stdin;
\.
create table types(b bool, i2 int2, i8 int8, f4 float4, f8 float8, by bytea, ts timestamp, tz timestamptz, iv interval, u uuid, ar int[], ta text[], t time, c "char", n name);
copy types from stdin;
t	1	9223372036854775807	1.5	-1e300	\\x0001ff	2020-01-01 01:02:03.456	2020-01-01 01:02:03+02	1 day 02:03	a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11	{1,2,NULL}	{"a b","c\\"d",NULL,""}	12:34:56	x	abc
f	-32768	-9223372036854775808	NaN	Infinity	\\\\abc	infinity	-infinity	-1 mon	A0EEBC999C0B4EF8BB6D6BB9BD380A12	{}	{{a},{b}}	23:59:60	\\001	def
\.
copy types to stdout;
copy types to stdout csv;
copy types from stdin csv;
true,1,,,,\xdead,,,,,"{1,2}","{""x,y""}",,,
yes,"2",3,4,5,"",,,,,,,,,
on,2,3,4,5,"abc",,,,,,,,,
\.
copy types from stdin csv;
maybe,1,,,,\xdead,,,,,"{1,2}","{""x,y""}",,,
\.
copy types from stdin csv;
true,99999,,,,\xdead,,,,,"{1,2}","{""x,y""}",,,
\.
copy types(by) from stdin;
\\xzz
\.
copy types(u) from stdin;
zz
\.
copy types(ar) from stdin;
{1,2
\.
copy types to stdout csv;
copy types(f4,f8) from stdin;
1e400	1
\.
begin;
copy p from stdin;
3
4
3
\.
select 1;
rollback;
begin;
copy p from stdin;
3
4
\.
select count(*) from p;
savepoint s;
copy p from stdin;
5
x
\.
rollback to s;
select count(*) from p;
rollback;
select count(*) from p;
set transaction read only;
begin read only;
copy p from stdin;
\.
rollback;
begin read only;
copy p to stdout;
rollback;
create table empty();
copy empty from stdin;


\.
select count(*) from empty;
copy empty to stdout;
copy p(ctid) to stdout;
copy p(tableoid) from stdin;
\.
create table "we ird"("A b" int, "select" text);
copy "we ird" to stdout csv header;
copy "we ird" from stdin csv;
x,1
\.
copy "we ird"("select") from stdin csv;
"a
b","c"
\.
prepare pp as select 1;
copy (execute pp) to stdout;
copy (select 1; select 2) to stdout;
copy (create table zz(a int)) to stdout;
copy (select generate_series(1,3) g, null, 'a' || chr(9) || 'b' || chr(10) || chr(13) || chr(8) || chr(12) || chr(11) || '\') to stdout;
copy (select 'a,b', 'c"d', '', null, '\.', 'x' || chr(10) || 'y', ' sp ', chr(13)) to stdout csv;
copy (select '\.') to stdout csv;
copy (select '') to stdout csv;
copy (select null::text) to stdout csv;
copy (select 1 as "a,b", 2 as "c""d") to stdout csv header;
copy (select 1/0) to stdout;
copy (select 1/(3-g) from generate_series(1,5) g) to stdout;
copy (select * into zzz from p) to stdout;
copy p from stdin with (delimiter ',', null 'zz');
zz
\.
