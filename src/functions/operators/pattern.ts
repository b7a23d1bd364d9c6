/** LIKE (~~), ILIKE (~~*) and regular expression (~) operators. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const patternOperators = operatorTable(`
  1877      - ~    int2  int2 1895 0    0 -- -            -
  1883      - ~    int4  int4 1901 0    0 -- -            -
  1889      - ~    int8  int8 1907 0    0 -- -            -
  1055 bpchar ~    text  bool 1658 0 1056 -- regexeqsel   regexeqjoinsel
  1056 bpchar !~   text  bool 1659 0 1055 -- regexnesel   regexnejoinsel
  1211 bpchar ~~   text  bool 1631 0 1212 -- likesel      likejoinsel
  1212 bpchar !~~  text  bool 1632 0 1211 -- nlikesel     nlikejoinsel
  1234 bpchar ~*   text  bool 1656 0 1235 -- icregexeqsel icregexeqjoinsel
  1235 bpchar !~*  text  bool 1657 0 1234 -- icregexnesel icregexnejoinsel
  1629 bpchar ~~*  text  bool 1660 0 1630 -- iclikesel    iclikejoinsel
  1630 bpchar !~~* text  bool 1661 0 1629 -- icnlikesel   icnlikejoinsel
  2016  bytea ~~   bytea bool 2005 0 2017 -- likesel      likejoinsel
  2017  bytea !~~  bytea bool 2006 0 2016 -- nlikesel     nlikejoinsel
   639   name ~    text  bool   79 0  640 -- regexeqsel   regexeqjoinsel
   640   name !~   text  bool 1252 0  639 -- regexnesel   regexnejoinsel
  1207   name ~~   text  bool  858 0 1208 -- likesel      likejoinsel
  1208   name !~~  text  bool  859 0 1207 -- nlikesel     nlikejoinsel
  1226   name ~*   text  bool 1240 0 1227 -- icregexeqsel icregexeqjoinsel
  1227   name !~*  text  bool 1241 0 1226 -- icregexnesel icregexnejoinsel
  1625   name ~~*  text  bool 1635 0 1626 -- iclikesel    iclikejoinsel
  1626   name !~~* text  bool 1636 0 1625 -- icnlikesel   icnlikejoinsel
   641   text ~    text  bool 1254 0  642 -- regexeqsel   regexeqjoinsel
   642   text !~   text  bool 1256 0  641 -- regexnesel   regexnejoinsel
  1209   text ~~   text  bool  850 0 1210 -- likesel      likejoinsel
  1210   text !~~  text  bool  851 0 1209 -- nlikesel     nlikejoinsel
  1228   text ~*   text  bool 1238 0 1229 -- icregexeqsel icregexeqjoinsel
  1229   text !~*  text  bool 1239 0 1228 -- icregexnesel icregexnejoinsel
  1627   text ~~*  text  bool 1633 0 1628 -- iclikesel    iclikejoinsel
  1628   text !~~* text  bool 1634 0 1627 -- icnlikesel   icnlikejoinsel
`);
