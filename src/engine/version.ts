/** What the server calls itself: to drivers a PostgreSQL 15, to people a Hyrax. */
export const postgresVersion = '15.18';
export const hyraxVersion = '0.1.0';
export const serverVersionText = `PostgreSQL ${postgresVersion} (Hyrax ${hyraxVersion}) on ${process.arch}-${process.platform}, Node.js ${process.versions.node}, 64-bit`;
