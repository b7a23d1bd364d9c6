-- Options that do not go together, or are not there.
create table t(a int, b text, c numeric(6,2) default 1.5, d date);
copy t(nope) from stdin;
\.
copy nope from stdin;
\.
copy t(a,a) from stdin;
\.
copy t from stdin with (format xml);
\.
copy t from stdin with (format csv, format csv);
\.
copy t from stdin with (bogus);
\.
copy t from stdin with (delimiter 'ab');
\.
copy t from stdin with (delimiter 'a');
\.
copy t from stdin with (delimiter E'\n');
\.
copy t from stdin with (delimiter '\');
\.
copy t from stdin with (delimiter '.');
\.
copy t from stdin with (format csv, delimiter '"');
\.
copy t from stdin with (format csv, quote 'ab');
\.
copy t from stdin with (quote '''');
\.
copy t from stdin with (escape '''');
\.
copy t from stdin with (format csv, escape 'ab');
\.
copy t from stdin with (force_quote (a));
\.
copy t from stdin with (format csv, force_quote (a));
\.
copy t to stdout with (force_not_null (a));
copy t to stdout with (format csv, force_not_null (a));
copy t to stdout with (format csv, force_null (a));
copy t from stdin with (force_null (a));
\.
copy t from stdin with (format csv, force_null (nope));
\.
copy t(a) from stdin with (format csv, force_null (b));
\.
copy t(a) to stdout with (format csv, force_quote (b));
copy t from stdin with (null E'a\nb');
\.
copy t from stdin with (null 'a	b');
\.
copy t from stdin with (format csv, null 'a,b');
\.
copy t from stdin with (format csv, null 'a"b');
\.
copy t from stdin with (header 'x');
\.
copy t to stdout with (header match);
copy t from stdin with (header 2);
\.
copy t from stdin with (header 1);
a	b	c	d
\.
copy t from stdin with (freeze 'z');
\.
copy t from stdin with (encoding 'nope');
\.
copy t from stdin with (format binary, delimiter ',');
\.
copy t from stdin with (format binary, null 'x');
\.
copy t from stdin with (format binary, header);
\.
