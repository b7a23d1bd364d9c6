/** Operators of arrays and rows. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const arrayOperators = operatorTable(`
  1070           anyarray =   anyarray           bool                744 1070 1071 MH eqsel        eqjoinsel
  1071           anyarray <>  anyarray           bool                390 1071 1070 -- neqsel       neqjoinsel
  1072           anyarray <   anyarray           bool                391 1073 1075 -- scalarltsel  scalarltjoinsel
  1073           anyarray >   anyarray           bool                392 1072 1074 -- scalargtsel  scalargtjoinsel
  1074           anyarray <=  anyarray           bool                393 1075 1073 -- scalarlesel  scalarlejoinsel
  1075           anyarray >=  anyarray           bool                396 1074 1072 -- scalargesel  scalargejoinsel
  2750           anyarray &&  anyarray           bool               2747 2750    0 -- arraycontsel arraycontjoinsel
  2751           anyarray @>  anyarray           bool               2748 2752    0 -- arraycontsel arraycontjoinsel
  2752           anyarray <@  anyarray           bool               2749 2751    0 -- arraycontsel arraycontjoinsel
   374      anycompatible ||  anycompatiblearray anycompatiblearray  379    0    0 -- -            -
   349 anycompatiblearray ||  anycompatible      anycompatiblearray  378    0    0 -- -            -
   375 anycompatiblearray ||  anycompatiblearray anycompatiblearray  383    0    0 -- -            -
  2988             record =   record             bool               2981 2988 2989 MH eqsel        eqjoinsel
  2989             record <>  record             bool               2982 2989 2988 -- neqsel       neqjoinsel
  2990             record <   record             bool               2983 2991 2993 -- scalarltsel  scalarltjoinsel
  2991             record >   record             bool               2984 2990 2992 -- scalargtsel  scalargtjoinsel
  2992             record <=  record             bool               2985 2993 2991 -- scalarlesel  scalarlejoinsel
  2993             record >=  record             bool               2986 2992 2990 -- scalargesel  scalargejoinsel
  3188             record *=  record             bool               3181 3188 3189 M- eqsel        eqjoinsel
  3189             record *<> record             bool               3182 3189 3188 -- neqsel       neqjoinsel
  3190             record *<  record             bool               3183 3191 3193 -- scalarltsel  scalarltjoinsel
  3191             record *>  record             bool               3184 3190 3192 -- scalargtsel  scalargtjoinsel
  3192             record *<= record             bool               3185 3193 3191 -- scalarlesel  scalarlejoinsel
  3193             record *>= record             bool               3186 3192 3190 -- scalargesel  scalargejoinsel
`);
