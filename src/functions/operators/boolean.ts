/** Operators of bool. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const booleanOperators = operatorTable(`
    58 bool <  bool bool   56   59 1695 -- scalarltsel scalarltjoinsel
    59 bool >  bool bool   57   58 1694 -- scalargtsel scalargtjoinsel
    85 bool <> bool bool   84   85   91 -- neqsel      neqjoinsel
    91 bool =  bool bool   60   91   85 MH eqsel       eqjoinsel
  1694 bool <= bool bool 1691 1695   59 -- scalarlesel scalarlejoinsel
  1695 bool >= bool bool 1692 1694   58 -- scalargesel scalargejoinsel
`);
