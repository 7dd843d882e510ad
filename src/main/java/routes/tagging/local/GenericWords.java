package routes.tagging.local;

import java.util.Set;
import java.util.stream.Collectors;
import routes.text.TextAnalysis;
import routes.text.Token;

/** Nouns that fit any post and therefore name the subject of none. They may stand inside a phrase, not alone. */
final class GenericWords {
    private static final String NOUNS =
            """
            january february march april may june july august september october november december
            monday tuesday wednesday thursday friday saturday sunday
            time year years day days week weeks month months hour hours minute minutes second seconds morning evening people
            person man woman guy thing things way ways lot part parts case problem issue question answer result results work
            news post posts channel topic number level kind type moment place side word words example fact idea story world life
            company team user users developer developers author friend version release update updates feature features support
            help solution option process goal task change changes approach choice set list article link details comment comments
            video photo picture page site service project product tool tools system reason base order end start half pair
            percent dollar dollars euro point line bit step tip tips
            minute century decade period term date weekend night noon midnight half-life minimum maximum average rest share third
            quarter metre meter kilometre kilometer mile inch foot degree gram kilogram litre liter tonne ton spoon pinch cup
            figure name title address phone mail note text paragraph sentence phrase quote request opinion view advice secret
            plan attempt situation state review conclusion benefit sense role meaning attention interest wish hope experience
            knowledge skill style form image sign property element object piece item stage series group member participant staff
            colleague boss owner boy girl child kid son daughter mother father mom dad brother sister grandmother family
            public face eye hand arm leg head heart body voice finger
            bottom top edge corner center centre middle area zone space floor room wall door window desk chair road path
            direction move pace speed exit entry return growth loss win success failure mistake error trouble
            need demand offer order price cost sum money spending budget scheme structure device method technique means material
            resource source effect impact influence link relation comparison difference
            maker supplier customer client visitor guest expert analyst researcher engineer critic study experiment event season
            breakfast lunch dinner comparison surprise detail lesson habit chance luck fun joke
            """;

    private final Set<String> stems;

    GenericWords(TextAnalysis analysis) {
        this.stems = analysis.tokens(NOUNS).stream().map(Token::stem).collect(Collectors.toUnmodifiableSet());
    }

    boolean contains(String stem) {
        return stems.contains(stem);
    }
}
