/**
 * The use of the object store by each tenant, measured in the store itself.
 *
 * <p>Uses: objectstore, schedule.
 */
package routes.storage;
