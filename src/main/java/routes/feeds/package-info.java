/**
 * Atom, RSS and JSON feeds of the digests of a user and of saved searches, each with a separate key in its address.
 *
 * <p>Uses: digests, events, search.
 */
package routes.feeds;
