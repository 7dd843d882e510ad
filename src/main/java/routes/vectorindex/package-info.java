/**
 * The index for words and vectors, independent of the engine.
 *
 * <p>Uses: no other package.
 */
package routes.vectorindex;
