/**
 * Ways of writing to PostgreSQL that the packages which own tables share.
 *
 * <p>Uses: no other package.
 */
package routes.database;
