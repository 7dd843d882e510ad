/**
 * Common methods for writing to PostgreSQL, used by the packages that own tables.
 *
 * <p>Uses: no other package.
 */
package routes.database;
