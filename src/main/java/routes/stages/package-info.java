/**
 * What routes do with events: read the entries of a batch, have a bean work on them, answer for each. Knows the redis-streams
 * component and events; knows no stage.
 */
package routes.stages;
