/**
 * What a post is found by and what a query looks for, for all engines.
 *
 * <p>Uses: text, vectorindex.
 */
package routes.vectorindex.words;
