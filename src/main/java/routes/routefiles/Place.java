package routes.routefiles;

import org.snakeyaml.engine.v2.exceptions.Mark;

/** A position in a file: line and column, starting at 1; 0 for the whole file. */
record Place(String file, int line, int column) {

    static Place whole(String file) {
        return new Place(file, 0, 0);
    }

    static Place of(String file, Mark mark) {
        return new Place(file, mark.getLine() + 1, mark.getColumn() + 1);
    }
}
