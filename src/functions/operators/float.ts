/** Operators of float4 and float8. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const floatOperators = operatorTable(`
   584      - -   float4 float4  206    0    0 -- -           -
   590      - @   float4 float4  207    0    0 -- -           -
  1919      - +   float4 float4 1913    0    0 -- -           -
   585      - -   float8 float8  220    0    0 -- -           -
   595      - @   float8 float8  221    0    0 -- -           -
   596      - |/  float8 float8  230    0    0 -- -           -
   597      - ||/ float8 float8  231    0    0 -- -           -
  1920      - +   float8 float8 1914    0    0 -- -           -
   586 float4 +   float4 float4  204  586    0 -- -           -
   587 float4 -   float4 float4  205    0    0 -- -           -
   588 float4 /   float4 float4  203    0    0 -- -           -
   589 float4 *   float4 float4  202  589    0 -- -           -
   620 float4 =   float4 bool    287  620  621 MH eqsel       eqjoinsel
   621 float4 <>  float4 bool    288  621  620 -- neqsel      neqjoinsel
   622 float4 <   float4 bool    289  623  625 -- scalarltsel scalarltjoinsel
   623 float4 >   float4 bool    291  622  624 -- scalargtsel scalargtjoinsel
   624 float4 <=  float4 bool    290  625  623 -- scalarlesel scalarlejoinsel
   625 float4 >=  float4 bool    292  624  622 -- scalargesel scalargejoinsel
  1116 float4 +   float8 float8  281 1126    0 -- -           -
  1117 float4 -   float8 float8  282    0    0 -- -           -
  1118 float4 /   float8 float8  280    0    0 -- -           -
  1119 float4 *   float8 float8  279 1129    0 -- -           -
  1120 float4 =   float8 bool    299 1130 1121 MH eqsel       eqjoinsel
  1121 float4 <>  float8 bool    300 1131 1120 -- neqsel      neqjoinsel
  1122 float4 <   float8 bool    301 1133 1125 -- scalarltsel scalarltjoinsel
  1123 float4 >   float8 bool    303 1132 1124 -- scalargtsel scalargtjoinsel
  1124 float4 <=  float8 bool    302 1135 1123 -- scalarlesel scalarlejoinsel
  1125 float4 >=  float8 bool    304 1134 1122 -- scalargesel scalargejoinsel
  1126 float8 +   float4 float8  285 1116    0 -- -           -
  1127 float8 -   float4 float8  286    0    0 -- -           -
  1128 float8 /   float4 float8  284    0    0 -- -           -
  1129 float8 *   float4 float8  283 1119    0 -- -           -
  1130 float8 =   float4 bool    305 1120 1131 MH eqsel       eqjoinsel
  1131 float8 <>  float4 bool    306 1121 1130 -- neqsel      neqjoinsel
  1132 float8 <   float4 bool    307 1123 1135 -- scalarltsel scalarltjoinsel
  1133 float8 >   float4 bool    309 1122 1134 -- scalargtsel scalargtjoinsel
  1134 float8 <=  float4 bool    308 1125 1133 -- scalarlesel scalarlejoinsel
  1135 float8 >=  float4 bool    310 1124 1132 -- scalargesel scalargejoinsel
   591 float8 +   float8 float8  218  591    0 -- -           -
   592 float8 -   float8 float8  219    0    0 -- -           -
   593 float8 /   float8 float8  217    0    0 -- -           -
   594 float8 *   float8 float8  216  594    0 -- -           -
   670 float8 =   float8 bool    293  670  671 MH eqsel       eqjoinsel
   671 float8 <>  float8 bool    294  671  670 -- neqsel      neqjoinsel
   672 float8 <   float8 bool    295  674  675 -- scalarltsel scalarltjoinsel
   673 float8 <=  float8 bool    296  675  674 -- scalarlesel scalarlejoinsel
   674 float8 >   float8 bool    297  672  673 -- scalargtsel scalargtjoinsel
   675 float8 >=  float8 bool    298  673  672 -- scalargesel scalargejoinsel
   965 float8 ^   float8 float8  232    0    0 -- -           -
`);
