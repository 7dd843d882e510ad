/**
 * The stage {@code album-assembler}: combines the vision results of the pictures of an album, when all of them are analysed.
 *
 * <p>Uses: events, objectstore, outbox, posts, redis.
 */
package routes.albums;
