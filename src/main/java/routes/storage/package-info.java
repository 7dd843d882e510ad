/**
 * How much of the object store each tenant uses, measured in the store itself.
 *
 * <p>Uses: objectstore, schedule.
 */
package routes.storage;
