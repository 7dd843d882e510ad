/**
 * The stage {@code album-assembler}: combines what vision found in the pictures of an album, once all of them are analysed.
 *
 * <p>Uses: events, objectstore, outbox, posts, redis.
 */
package routes.albums;
