package org.steadygrad.exam;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The whole exam: {@code Exam FOLDER train|diagnose CASES-PER-FAMILY [FAMILY,...|fitted|reported|blind]}. Answers are added to a file
 * of the folder, and those that it holds aren't asked for again. {@code blind} are {@link BlindCases}, each of which is a family of one.
 */
public final class Exam {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Exam() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        boolean train = arguments[1].equals("train");
        int each = Integer.parseInt(arguments[2]);
        String which = arguments.length > 3 ? arguments[3] : "";
        Path file = folder.resolve(arguments[1] + ".jsonl");
        List<Answer> answers = read(file);
        Set<String> there = new HashSet<>();
        answers.forEach(a -> there.add(a.name()));
        Examination examination = new Examination(folder.resolve("cases"));
        Set<String> wanted = new HashSet<>();
        for (ExamCase c : cases(each, which)) {
            wanted.add(c.name());
            if (there.add(c.name())) {
                Answer answer = train ? examination.train(c, true) : examination.diagnose(c);
                answers.add(answer);
                Files.writeString(
                        file,
                        JSON.writeValueAsString(answer) + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        }
        answers.removeIf(a -> !wanted.contains(a.name()));
        System.out.println(table(answers));
    }

    private static List<ExamCase> cases(int each, String which) {
        if (which.equals("blind")) {
            return List.copyOf(BlindCases.all().values());
        }
        List<ExamCase> cases = new ArrayList<>();
        for (int seed = 1; seed <= each; seed++) {
            for (String family : Examination.families().keySet()) {
                if (wanted(family, which)) {
                    cases.add(Examination.draw(family, seed));
                }
            }
        }
        return cases;
    }

    private static boolean wanted(String family, String which) {
        return which.isEmpty()
                || (which.equals("fitted") && Examination.fitted(family))
                || (which.equals("reported") && !Examination.fitted(family))
                || Arrays.asList(which.split(",")).contains(family);
    }

    private static List<Answer> read(Path file) throws IOException {
        List<Answer> answers = new ArrayList<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                answers.add(JSON.readValue(line, Answer.class));
            }
        }
        return answers;
    }

    /** Totals and a row for each family. */
    static String table(List<Answer> answers) {
        long doubtful = answers.stream().filter(Answer::doubtful).count();
        List<Answer> sure = answers.stream().filter(a -> !a.doubtful()).toList();
        StringBuilder text = new StringBuilder();
        text.append("| | all | fitted on | reported |\n|---|---|---|---|\n");
        text.append(row("sensitivity", sure, Score::sensitivity));
        text.append(row("specificity", sure, Score::specificity));
        text.append(row("precision of kinds", sure, Score::precision));
        text.append(row("first advice", sure, Score::advice));
        text.append("\n" + doubtful + " cases whose construction failed are left out.\n\n");
        text.append("| family | right | advice | wrong kinds | missed |\n|---|---|---|---|---|\n");
        Map<String, List<Answer>> families = new LinkedHashMap<>();
        sure.forEach(a ->
                families.computeIfAbsent(a.family(), f -> new ArrayList<>()).add(a));
        families.forEach((family, own) -> {
            Score right = own.get(0).healthy() ? Score.specificity(own) : Score.sensitivity(own);
            Map<String, Integer> wrong = new LinkedHashMap<>();
            own.forEach(a -> a.wrong().forEach(kind -> wrong.merge(kind, 1, Integer::sum)));
            List<String> missed = own.stream()
                    .filter(a -> !a.right())
                    .map(a -> a.name() + a.told())
                    .limit(4)
                    .toList();
            text.append("| " + family + " | " + right.hits() + " of " + right.of() + " | "
                    + Score.advice(own).hits() + " of " + Score.advice(own).of() + " | " + wrong + " | " + missed
                    + " |\n");
        });
        return text.toString();
    }

    private interface Measure {
        Score of(List<Answer> answers);
    }

    private static String row(String name, List<Answer> answers, Measure measure) {
        return "| " + name + " | " + measure.of(answers).words() + " | "
                + measure.of(answers.stream()
                                .filter(a -> Examination.fitted(a.family()))
                                .toList())
                        .words() + " | "
                + measure.of(answers.stream()
                                .filter(a -> !Examination.fitted(a.family()))
                                .toList())
                        .words() + " |\n";
    }
}
