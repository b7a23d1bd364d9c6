/** Operators of the identifier types: oid, oidvector, xid, xid8, cid, tid, aclitem. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const oidOperators = operatorTable(`
   974   aclitem =  aclitem   bool      1062  974    0 -H eqsel       eqjoinsel
   966 aclitem[] +  aclitem   aclitem[] 1035    0    0 -- -           -
   967 aclitem[] -  aclitem   aclitem[] 1036    0    0 -- -           -
   968 aclitem[] @> aclitem   bool      1037    0    0 -- -           -
   385       cid =  cid       bool        69  385    0 -H eqsel       eqjoinsel
   607       oid =  oid       bool       184  607  608 MH eqsel       eqjoinsel
   608       oid <> oid       bool       185  608  607 -- neqsel      neqjoinsel
   609       oid <  oid       bool       716  610  612 -- scalarltsel scalarltjoinsel
   610       oid >  oid       bool      1638  609  611 -- scalargtsel scalargtjoinsel
   611       oid <= oid       bool       717  612  610 -- scalarlesel scalarlejoinsel
   612       oid >= oid       bool      1639  611  609 -- scalargesel scalargejoinsel
   644 oidvector <> oidvector bool       619  644  649 -- neqsel      neqjoinsel
   645 oidvector <  oidvector bool       677  646  648 -- scalarltsel scalarltjoinsel
   646 oidvector >  oidvector bool       681  645  647 -- scalargtsel scalargtjoinsel
   647 oidvector <= oidvector bool       678  648  646 -- scalarlesel scalarlejoinsel
   648 oidvector >= oidvector bool       680  647  645 -- scalargesel scalargejoinsel
   649 oidvector =  oidvector bool       679  649  644 MH eqsel       eqjoinsel
   387       tid =  tid       bool      1292  387  402 MH eqsel       eqjoinsel
   402       tid <> tid       bool      1265  402  387 -- neqsel      neqjoinsel
  2799       tid <  tid       bool      2791 2800 2802 -- scalarltsel scalarltjoinsel
  2800       tid >  tid       bool      2790 2799 2801 -- scalargtsel scalargtjoinsel
  2801       tid <= tid       bool      2793 2802 2800 -- scalarlesel scalarlejoinsel
  2802       tid >= tid       bool      2792 2801 2799 -- scalargesel scalargejoinsel
   353       xid =  int4      bool      1319    0 3316 -- eqsel       eqjoinsel
  3316       xid <> int4      bool      3309    0  353 -- neqsel      neqjoinsel
   352       xid =  xid       bool        68  352 3315 -H eqsel       eqjoinsel
  3315       xid <> xid       bool      3308 3315  352 -- neqsel      neqjoinsel
  5068      xid8 =  xid8      bool      5084 5068 5072 MH eqsel       eqjoinsel
  5072      xid8 <> xid8      bool      5085 5072 5068 -- neqsel      neqjoinsel
  5073      xid8 <  xid8      bool      5034 5074 5076 -- scalarltsel scalarltjoinsel
  5074      xid8 >  xid8      bool      5035 5073 5075 -- scalargtsel scalargtjoinsel
  5075      xid8 <= xid8      bool      5036 5076 5074 -- scalarlesel scalarlejoinsel
  5076      xid8 >= xid8      bool      5037 5075 5073 -- scalargesel scalargejoinsel
`);
