/** Where an expression stands: decides what it may contain and how errors name the place. */
export type Clause =
  | 'select'
  | 'where'
  | 'on'
  | 'using'
  | 'group by'
  | 'having'
  | 'order by'
  | 'distinct on'
  | 'limit'
  | 'offset'
  | 'values'
  | 'from function'
  | 'returning'
  | 'update'
  | 'filter'
  | 'default'
  | 'check'
  | 'generated'
  | 'index'
  | 'execute'
  | 'aggregate argument'
  | 'alter type';

/** "aggregate functions are not allowed in …"; undefined: they are. */
export function aggregateRefusal(clause: Clause): string | undefined {
  switch (clause) {
    case 'select':
    case 'having':
    case 'order by':
    case 'distinct on':
      return undefined;
    case 'where':
      return 'aggregate functions are not allowed in WHERE';
    case 'on':
    case 'using':
      return 'aggregate functions are not allowed in JOIN conditions';
    case 'group by':
      return 'aggregate functions are not allowed in GROUP BY';
    case 'limit':
      return 'aggregate functions are not allowed in LIMIT';
    case 'offset':
      return 'aggregate functions are not allowed in OFFSET';
    case 'values':
      return 'aggregate functions are not allowed in VALUES';
    case 'from function':
      return 'aggregate functions are not allowed in functions in FROM';
    case 'returning':
      return 'aggregate functions are not allowed in RETURNING';
    case 'update':
      return 'aggregate functions are not allowed in UPDATE';
    case 'filter':
      return 'aggregate functions are not allowed in FILTER';
    case 'default':
      return 'aggregate functions are not allowed in DEFAULT expressions';
    case 'check':
      return 'aggregate functions are not allowed in check constraints';
    case 'generated':
      return 'aggregate functions are not allowed in column generation expressions';
    case 'index':
      return 'aggregate functions are not allowed in index expressions';
    case 'execute':
      return 'aggregate functions are not allowed in EXECUTE parameters';
    case 'alter type':
      return 'aggregate functions are not allowed in transform expressions';
    case 'aggregate argument':
      return 'aggregate function calls cannot be nested';
  }
}

/** Subqueries are refused with this text; undefined: allowed. */
export function subqueryRefusal(clause: Clause): string | undefined {
  switch (clause) {
    case 'default':
      return 'cannot use subquery in DEFAULT expression';
    case 'check':
      return 'cannot use subquery in check constraint';
    case 'generated':
      return 'cannot use subquery in column generation expression';
    case 'index':
      return 'cannot use subquery in index expression';
    case 'execute':
      return 'cannot use subquery in EXECUTE parameter';
    case 'alter type':
      return 'cannot use subquery in transform expression';
    default:
      return undefined;
  }
}

/** Set-returning functions are refused with this text; undefined: allowed. */
export function setRefusal(clause: Clause): string | undefined {
  switch (clause) {
    case 'select':
    case 'order by':
    case 'group by':
    case 'distinct on':
    case 'from function':
    case 'values':
      return clause === 'values' ? 'set-returning functions are not allowed in VALUES' : undefined;
    case 'where':
      return 'set-returning functions are not allowed in WHERE';
    case 'on':
    case 'using':
      return 'set-returning functions are not allowed in JOIN conditions';
    case 'having':
      return 'set-returning functions are not allowed in HAVING';
    case 'limit':
      return 'set-returning functions are not allowed in LIMIT';
    case 'offset':
      return 'set-returning functions are not allowed in OFFSET';
    case 'returning':
      return 'set-returning functions are not allowed in RETURNING';
    case 'update':
      return 'set-returning functions are not allowed in UPDATE';
    case 'filter':
      return 'set-returning functions are not allowed in FILTER';
    case 'default':
      return 'set-returning functions are not allowed in DEFAULT expressions';
    case 'check':
      return 'set-returning functions are not allowed in check constraints';
    case 'generated':
      return 'set-returning functions are not allowed in column generation expressions';
    case 'index':
      return 'set-returning functions are not allowed in index expressions';
    case 'execute':
      return 'set-returning functions are not allowed in EXECUTE parameters';
    case 'alter type':
      return 'set-returning functions are not allowed in transform expressions';
    case 'aggregate argument':
      return 'aggregate function calls cannot contain set-returning function calls';
  }
}
