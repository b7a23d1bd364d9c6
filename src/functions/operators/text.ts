/** Operators of text, name, bpchar and "char", without pattern matching. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const textOperators = operatorTable(`
  2780 anynonarray ||   text        text 2004    0    0 -- -           -
  1054      bpchar =    bpchar      bool 1048 1054 1057 MH eqsel       eqjoinsel
  1057      bpchar <>   bpchar      bool 1053 1057 1054 -- neqsel      neqjoinsel
  1058      bpchar <    bpchar      bool 1049 1060 1061 -- scalarltsel scalarltjoinsel
  1059      bpchar <=   bpchar      bool 1050 1061 1060 -- scalarlesel scalarlejoinsel
  1060      bpchar >    bpchar      bool 1051 1058 1059 -- scalargtsel scalargtjoinsel
  1061      bpchar >=   bpchar      bool 1052 1059 1058 -- scalargesel scalargejoinsel
  2326      bpchar ~<~  bpchar      bool 2174 2330 2329 -- scalarltsel scalarltjoinsel
  2327      bpchar ~<=~ bpchar      bool 2175 2329 2330 -- scalarlesel scalarlejoinsel
  2329      bpchar ~>=~ bpchar      bool 2177 2327 2326 -- scalargesel scalargejoinsel
  2330      bpchar ~>~  bpchar      bool 2178 2326 2327 -- scalargtsel scalargtjoinsel
    92        char =    char        bool   61   92  630 MH eqsel       eqjoinsel
   630        char <>   char        bool   70  630   92 -- neqsel      neqjoinsel
   631        char <    char        bool 1246  633  634 -- scalarltsel scalarltjoinsel
   632        char <=   char        bool   72  634  633 -- scalarlesel scalarlejoinsel
   633        char >    char        bool   73  631  632 -- scalargtsel scalargtjoinsel
   634        char >=   char        bool   74  632  631 -- scalargesel scalargejoinsel
    93        name =    name        bool   62   93  643 MH eqsel       eqjoinsel
   643        name <>   name        bool  659  643   93 -- neqsel      neqjoinsel
   660        name <    name        bool  655  662  663 -- scalarltsel scalarltjoinsel
   661        name <=   name        bool  656  663  662 -- scalarlesel scalarlejoinsel
   662        name >    name        bool  657  660  661 -- scalargtsel scalargtjoinsel
   663        name >=   name        bool  658  661  660 -- scalargesel scalargejoinsel
   254        name =    text        bool  240  260  259 MH eqsel       eqjoinsel
   255        name <    text        bool  241  264  257 -- scalarltsel scalarltjoinsel
   256        name <=   text        bool  242  263  258 -- scalarlesel scalarlejoinsel
   257        name >=   text        bool  243  262  255 -- scalargesel scalargejoinsel
   258        name >    text        bool  244  261  256 -- scalargtsel scalargtjoinsel
   259        name <>   text        bool  245  265  254 -- neqsel      neqjoinsel
  2779        text ||   anynonarray text 2003    0    0 -- -           -
   260        text =    name        bool  247  254  265 MH eqsel       eqjoinsel
   261        text <    name        bool  248  258  263 -- scalarltsel scalarltjoinsel
   262        text <=   name        bool  249  257  264 -- scalarlesel scalarlejoinsel
   263        text >=   name        bool  250  256  261 -- scalargesel scalargejoinsel
   264        text >    name        bool  251  255  262 -- scalargtsel scalargtjoinsel
   265        text <>   name        bool  252  259  260 -- neqsel      neqjoinsel
    98        text =    text        bool   67   98  531 MH eqsel       eqjoinsel
   531        text <>   text        bool  157  531   98 -- neqsel      neqjoinsel
   654        text ||   text        text 1258    0    0 -- -           -
   664        text <    text        bool  740  666  667 -- scalarltsel scalarltjoinsel
   665        text <=   text        bool  741  667  666 -- scalarlesel scalarlejoinsel
   666        text >    text        bool  742  664  665 -- scalargtsel scalargtjoinsel
   667        text >=   text        bool  743  665  664 -- scalargesel scalargejoinsel
  2314        text ~<~  text        bool 2160 2318 2317 -- scalarltsel scalarltjoinsel
  2315        text ~<=~ text        bool 2161 2317 2318 -- scalarlesel scalarlejoinsel
  2317        text ~>=~ text        bool 2163 2315 2314 -- scalargesel scalargejoinsel
  2318        text ~>~  text        bool 2164 2314 2315 -- scalargtsel scalargtjoinsel
  3762        text @@   text        bool 3760    0    0 -- matchingsel matchingjoinsel
  3877        text ^@   text        bool 3696    0    0 -- prefixsel   prefixjoinsel
`);
