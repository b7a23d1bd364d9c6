/** Operators of bytea and uuid. Columns: see `operatorTable`. */
import { operatorTable } from '../define.ts';

export const binaryOperators = operatorTable(`
  1955 bytea =  bytea bool  1948 1955 1956 MH eqsel       eqjoinsel
  1956 bytea <> bytea bool  1953 1956 1955 -- neqsel      neqjoinsel
  1957 bytea <  bytea bool  1949 1959 1960 -- scalarltsel scalarltjoinsel
  1958 bytea <= bytea bool  1950 1960 1959 -- scalarlesel scalarlejoinsel
  1959 bytea >  bytea bool  1951 1957 1958 -- scalargtsel scalargtjoinsel
  1960 bytea >= bytea bool  1952 1958 1957 -- scalargesel scalargejoinsel
  2018 bytea || bytea bytea 2011    0    0 -- -           -
  2972  uuid =  uuid  bool  2956 2972 2973 MH eqsel       eqjoinsel
  2973  uuid <> uuid  bool  2959 2973 2972 -- neqsel      neqjoinsel
  2974  uuid <  uuid  bool  2954 2975 2977 -- scalarltsel scalarltjoinsel
  2975  uuid >  uuid  bool  2958 2974 2976 -- scalargtsel scalargtjoinsel
  2976  uuid <= uuid  bool  2955 2977 2975 -- scalarlesel scalarlejoinsel
  2977  uuid >= uuid  bool  2957 2976 2974 -- scalargesel scalargejoinsel
`);
