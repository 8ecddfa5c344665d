export { readCatalogue } from './catalogue.ts';
export { createLegacyTables } from './legacy-tables.ts';
