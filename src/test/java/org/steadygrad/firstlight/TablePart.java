package org.steadygrad.firstlight;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Training steps against PyTorch, in alternation.
 *
 * @param modes of PyTorch, as {@code gpu-bench --modes} takes them
 */
record TablePart(Bundle bundle, String name, String title, Duration share, String modes) implements Part {
    /** Fact: by case, ours in ms as "ours" and each peer's ratio (ours divided by the peer's time) by its name. */
    static final String CASES = "cases";

    static final String OURS = "ours";

    /** What {@code run gpu-bench} ends with when the engine can't be used. */
    private static final int NO_ENGINE = 3;

    private static final String LOG = "table";
    private static final Pattern CASE = Pattern.compile("case=(\\S+) engine=\\S+ ms=(\\S+) (.*)");
    private static final Pattern PEER = Pattern.compile("peer=(\\S+) ms=\\S+ ratio=(\\S+)");

    @Override
    public void work(Workplace workplace) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("gpu-bench", "--quick", "--modes", modes, "--python", bundle.python()));
        Targets.ALL.keySet().forEach(name -> arguments.addAll(List.of("--case", name)));
        if (bundle.python().isEmpty() && !modes.contains("eager")) {
            workplace.impossible("No Python with torch was found.");
            return;
        }
        int code = workplace.execute(LOG, bundle.command(arguments.toArray(new String[0])));
        if (code == NO_ENGINE) {
            workplace.impossible(workplace.lastWords(LOG));
        } else if (code != 0) {
            workplace.faulty("gpu-bench ended with " + code + ": " + workplace.lastWords(LOG));
        }
    }

    @Override
    public void read(Workplace workplace) throws IOException {
        Map<String, Map<String, Double>> cases = cases(Workplace.lines(workplace.output(LOG)));
        workplace.fact(CASES, cases);
        cases.forEach((name, numbers) -> workplace.fact(name, numbers.toString()));
        if (bundle.python().isEmpty()) {
            workplace.fact("PyTorch", "no Python with torch was found; only ours was measured");
        }
    }

    static Map<String, Map<String, Double>> cases(List<String> lines) {
        Map<String, Map<String, Double>> cases = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher matcher = CASE.matcher(line);
            if (matcher.matches()) {
                Map<String, Double> numbers = new LinkedHashMap<>();
                numbers.put(OURS, Double.valueOf(matcher.group(2)));
                Matcher peers = PEER.matcher(matcher.group(3));
                while (peers.find()) {
                    numbers.put(peers.group(1), Double.valueOf(peers.group(2)));
                }
                cases.put(matcher.group(1), numbers);
            }
        }
        return cases;
    }

    /** What one or more tables say of a case: ratios by peer, ours left out. */
    static Map<String, Double> ratios(List<Map<String, Object>> tables, String name) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        for (Map<String, Object> facts : tables) {
            if (facts.get(CASES) instanceof Map<?, ?> cases && cases.get(name) instanceof Map<?, ?> numbers) {
                numbers.forEach((peer, number) -> {
                    if (!OURS.equals(peer)) {
                        ratios.put(peer.toString(), ((Number) number).doubleValue());
                    }
                });
            }
        }
        return ratios;
    }
}
