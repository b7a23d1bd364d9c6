/** The views of pg_catalog and information_schema, made when a cluster is. */
export const systemViews: readonly string[] = [];
