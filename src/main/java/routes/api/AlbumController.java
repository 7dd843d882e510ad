package routes.api;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.ProblemType;

@RestController
final class AlbumController {

    private final AlbumStore albums;

    AlbumController(AlbumStore albums) {
        this.albums = albums;
    }

    @GetMapping("/albums/{album_id}")
    Album read(Caller caller, @PathVariable("album_id") long id) {
        return albums.find(caller, id)
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("album_id", "There is no album " + id));
    }
}
