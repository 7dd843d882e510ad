package routes.ingest;

/** Something that an import passed over, and why: a file, or a chat. */
public record ImportNote(String name, String reason) {}
