/** Operators of numeric. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const numericOperators = operatorTable(`
  1751       - -  numeric numeric 1771    0    0 -- -           -
  1763       - @  numeric numeric 1704    0    0 -- -           -
  1921       - +  numeric numeric 1915    0    0 -- -           -
  1038 numeric ^  numeric numeric 1739    0    0 -- -           -
  1752 numeric =  numeric bool    1718 1752 1753 MH eqsel       eqjoinsel
  1753 numeric <> numeric bool    1719 1753 1752 -- neqsel      neqjoinsel
  1754 numeric <  numeric bool    1722 1756 1757 -- scalarltsel scalarltjoinsel
  1755 numeric <= numeric bool    1723 1757 1756 -- scalarlesel scalarlejoinsel
  1756 numeric >  numeric bool    1720 1754 1755 -- scalargtsel scalargtjoinsel
  1757 numeric >= numeric bool    1721 1755 1754 -- scalargesel scalargejoinsel
  1758 numeric +  numeric numeric 1724 1758    0 -- -           -
  1759 numeric -  numeric numeric 1725    0    0 -- -           -
  1760 numeric *  numeric numeric 1726 1760    0 -- -           -
  1761 numeric /  numeric numeric 1727    0    0 -- -           -
  1762 numeric %  numeric numeric 1729    0    0 -- -           -
`);
