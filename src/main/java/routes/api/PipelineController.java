package routes.api;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;

@RestController
final class PipelineController {

    private final UserStore users;
    private final PipelineStore pipelines;

    PipelineController(UserStore users, PipelineStore pipelines) {
        this.users = users;
        this.pipelines = pipelines;
    }

    @GetMapping("/users/{user_id}/pipeline")
    Pipeline read(Caller caller, @PathVariable("user_id") long id) {
        return pipelines.count(users.require(caller, id));
    }
}
