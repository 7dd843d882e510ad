/**
 * The terms by which posts are found and the terms that queries search for, for all engines.
 *
 * <p>Uses: text, vectorindex.
 */
package routes.vectorindex.words;
