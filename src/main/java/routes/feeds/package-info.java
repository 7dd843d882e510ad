/**
 * Atom and JSON feeds of the digests of a user and of saved searches, each with a key of its own in its address.
 *
 * <p>Uses: digests, events, search.
 */
package routes.feeds;
