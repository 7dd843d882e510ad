package routes.graph;

/** How many nodes and relationships a write created; 0 and 0 for a replay. */
public record GraphChange(int nodesCreated, int relationshipsCreated) {}
