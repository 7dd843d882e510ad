package routes.tagging.local;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Part of speech of an English word by endings and lists: the dictionary does not say which of its readings is the usual one. */
enum WordClass {
    NOUN,
    ADJECTIVE,
    /** Verbs, adverbs and other words that are never part of a tag. */
    OTHER,
    NUMBER;

    private static final Set<String> ENGLISH_OTHER = words(
            """
            get gets got getting make makes made making use uses used using need needs needed want wants wanted know knows see
            sees seen take takes took taken let lets go goes going gone come comes came find finds found give gives gave given
            try tries tried look looks looking think thinks say says said tell tells show shows showed shown add adds added
            adding launch launches launched announce announces announced introduce introduces introduced release releases
            released support supports supported allow allows work works working bring brings run runs running build builds
            built help helps start starts started starting stop stops keep keeps put become becomes became turn turns ship
            ships shipped replace replaces replaced rewrite rewrote written write writes wrote read reads learn learns share
            join joins check checks click subscribe follow follows ignore output print reply drop drops dropped cut cuts fell
            rose rise grow grows grew land lands landed beat beats win wins won lose lost sell sells sold buy buys bought pay
            pays paid hire hires hit hits break breaks broke fix fixes move moves speak speaks mean means happen happens
            seem seems feel call calls ask asks leave leaves left cost costs would could should may might must can cannot will
            shall also still yet already just even only really very quite rather almost always never often sometimes
            soon later today tomorrow yesterday tonight now then here there again together perhaps maybe however instead
            much many more most less least few several every each any some other another such same own both either neither
            one two three four five six seven eight nine ten hundred thousand million billion first second third fourth fifth sixth seventh eighth ninth tenth last next
            push pushes pull pulls expect expects avoid avoids improve improves increase increases reduce reduces enable enables
            require requires provide provides include includes create creates offer offers handle handles save saves spend
            wait watch play plays eat drink blame blames force forces shrink shrinks see goes rival according
            new newer newest big bigger biggest good better best great greater greatest nice cool amazing awesome old easy easier
            simple simpler main key top huge tiny right wrong ready sure bad worse worst whole clear different important
            interesting current recent latest available possible able real dark faster fastest slower cheaper higher lower larger
            eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
            eighty ninety dozen dozens something anything nothing everything someone anyone everyone somebody anybody everybody
            nobody somewhere anywhere everywhere nowhere else ago once twice longer shorter ahead along across apart aside
            because although though unless whether whereas thus hence therefore meanwhile moreover otherwise since besides
            de la von van der di da del
            mm cm km kg mg ml gb tb mb kb mph kmh pm am g l m
            kept broke broken apart forget forced stay stays back away around without within across against among behind beyond despite inside outside since toward upon
            per than like thanks please hello hi hey ok okay yes
            """);

    /** Verbs that are seldom nouns, without the forms that their endings tell. */
    private static final Set<String> ENGLISH_VERBS = verbs(
            """
            accept achieve admit adopt agree aim amount announce apologise appear apply argue arrive assume assure attend bake become
            begin behave believe belong bite blend blow boil borrow bother breathe burn carry catch celebrate choose clarify cling
            collect combine compare compete complain complete confirm connect consider consist contain continue convert
            convince cook copy count cover create cry deal decide declare defend define delay delete deliver demand depend describe
            deserve destroy detect develop die dig disable discover discuss divide draw earn eat emerge emit encourage enjoy ensure
            enter escape establish evaluate exist expand explain explore express extend fail fall feed fight fill finish fit fold
            forget forgive freeze generate grab guess happen hate hear hide hold hope identify imagine imply inform insist install
            introduce invent invite involve jump kill knock lack laugh lead lean lift listen live locate lose love maintain manage
            mention mix notice obtain occur open operate owe perform persuade pick plan pour pray prefer prepare prevent
            proceed produce promise propose protect prove publish punch quit raise reach react realise realize rebuild
            receive recognise recognize recommend recover refer refuse reject relax rely remain remember remind remove repair
            repeat represent resist respond restore retire reveal ride rotate satisfy scan scream seek select send separate serve
            settle shake shine shoot shut sing sit skip slice solve speak spread stand stare steal stick stir strike
            succeed suffer suggest suppose surprise survive swim swing teach tear tend test thank throw touch travel treat trust
            understand update upgrade upload verify visit vote wake walk warn wash wear weigh wish wonder worry yell
            """,
            "test plan demand love vote visit update upgrade cover count burn knock walk strike swing shoot punch lift lead repair"
                    + " test fight delay hope promise touch scan slice travel trust dig jump feed fold copy cook blend lack");

    /** Past forms that no ending tells. */
    private static final Set<String> ENGLISH_PAST = words(
            """
            went told tore torn flew knew thought met sent spent drove stood heard understood chose chosen caught taught drew
            threw thrown wore worn slept swam sang sank fought brought began begun ate blew blown fed fled forgot forgotten froze
            frozen gave given hid hidden held laid led lay lied rode rung sat saw seen shook shaken shot shut slid spoke spoken
            stole stolen stuck struck swept swore taken woke woken did done made paid said meant dealt burnt learnt bred bent lent
            been being having doing going lasts rests slows
            funniest biggest smallest largest longest shortest oldest youngest cheapest slowest hottest coldest earliest easiest
            simplest strongest weakest richest poorest nearest greatest hardest loudest cleverest happiest
            finest famous various numerous certain common usual typical extra additional entire single double
            """);

    private static final Set<String> ENGLISH_ADJECTIVES = words(
            """
            large small fast slow open free full cold hot warm cool dry wet rich poor heavy light deep strong weak safe
            green red blue black white yellow grey brown smart quiet loud thin thick tight sweet fresh raw empty busy dead
            digital medical legal social annual daily weekly monthly mobile modern ancient central northern southern eastern
            western national international natural human nuclear electric artificial personal professional financial major minor early late high low young long short hard quick cheap expensive
            popular true false global local public private official
            """);

    private static final Pattern ENGLISH_OTHER_FORM =
            Pattern.compile("(?:.{3,}ly|.{2,}[^e]ed|.+(?:n't|'ll|'ve|'re|'d|'m))");
    private static final Set<String> ENGLISH_NOUNS_LIKE_OTHERS =
            words("family assembly reply supply july italy anomaly butterfly speed embed feed seed "
                    + "hundred shed motive archive drive hive detective initiative executive perspective alternative native relative "
                    + "objective incentive collective library salary summary dictionary diary boundary secretary anniversary commentary "
                    + "documentary february january glossary itinerary vocabulary primary table vegetable cable variable fish dish finish "
                    + "english british vehicle business process access address success canary");
    private static final Pattern ENGLISH_ADJECTIVE =
            Pattern.compile(".{3,}(?:ful|ous|able|ible|less|ish|ical|ive|ary|ural|onal|tual|ental)");

    /** @param nounsToo of these verbs, the forms that are nouns as well stay out: the base form and the one with -s */
    private static Set<String> verbs(String list, String nounsToo) {
        Set<String> nouns = words(nounsToo);
        return words(list).stream()
                .filter(verb -> !nouns.contains(verb))
                .flatMap(verb -> Stream.of(verb, verb + "s", verb + "es", verb.replaceFirst("y$", "ies")))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<String> words(String list) {
        return Stream.of(list.strip().split("\\s+")).collect(Collectors.toUnmodifiableSet());
    }

    /** @param word lower case, ё = е */
    static WordClass of(String word) {
        if (word.codePoints().noneMatch(Character::isLetter)) {
            return NUMBER;
        }
        return english(word);
    }

    private static WordClass english(String word) {
        int hyphen = word.indexOf('-');
        if (hyphen > 0 && List.of(OTHER, ADJECTIVE).contains(english(word.substring(0, hyphen)))) {
            return ADJECTIVE; // "two-year", "long-term"
        }
        if (ENGLISH_NOUNS_LIKE_OTHERS.contains(word)) {
            return NOUN;
        }
        if (ENGLISH_OTHER.contains(word)
                || ENGLISH_VERBS.contains(word)
                || ENGLISH_PAST.contains(word)
                || ENGLISH_OTHER_FORM.matcher(word).matches()) {
            return OTHER;
        }
        return ENGLISH_ADJECTIVES.contains(word)
                        || ENGLISH_ADJECTIVE.matcher(word).matches()
                ? ADJECTIVE
                : NOUN;
    }
}
