package org.steadygrad.exam;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The whole exam: {@code Exam FOLDER train|diagnose|cure CASES-PER-FAMILY [FAMILY,...|fitted|reported|blind]}. Answers are added to a file
 * of the folder, and those that it holds aren't asked for again. {@code blind} are {@link BlindCases}, each of which is a family of one.
 */
public final class Exam {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Exam() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        List<ExamCase> cases = cases(Integer.parseInt(arguments[2]), arguments.length > 3 ? arguments[3] : "");
        Examination examination = new Examination(folder.resolve("cases"));
        Path file = folder.resolve(arguments[1] + ".jsonl");
        String mode = arguments[1];
        String table =
                switch (mode) {
                    case "train" ->
                        told(
                                mode,
                                answers(file, cases, Answer.class, Answer::name, c -> examination.train(c, true)),
                                folder);
                    case "diagnose" ->
                        told(mode, answers(file, cases, Answer.class, Answer::name, examination::diagnose), folder);
                    case "cure" ->
                        CureExam.table(answers(
                                file,
                                cases.stream().filter(CureExam::takes).toList(),
                                CureAnswer.class,
                                CureAnswer::name,
                                new CureExam(examination)::cure));
                    default -> throw new IllegalArgumentException("train, diagnose or cure, not " + mode);
                };
        System.out.println(table);
    }

    /** The table, with what was told of cases without doubt beside it in a file, as the page of findings reads it. */
    private static String told(String mode, List<Answer> answers, Path folder) throws IOException {
        List<String> lines = new ArrayList<>(List.of("mode,case,told"));
        answers.stream().filter(a -> !a.doubtful()).forEach(a -> lines.add(FindingsPage.line(mode, a)));
        Files.write(folder.resolve(mode + ".csv"), lines);
        return table(answers);
    }

    /** Those that the file holds, and those that are missing, which are added to it. */
    private static <A> List<A> answers(
            Path file, List<ExamCase> cases, Class<A> type, Function<A, String> name, Function<ExamCase, A> ask)
            throws IOException {
        Map<String, A> known = new LinkedHashMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                A answer = JSON.readValue(line, type);
                known.put(name.apply(answer), answer);
            }
        }
        List<A> answers = new ArrayList<>();
        for (ExamCase c : cases) {
            A answer = known.get(c.name());
            if (answer == null) {
                answer = ask.apply(c);
                Files.writeString(
                        file,
                        JSON.writeValueAsString(answer) + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
            answers.add(answer);
        }
        return answers;
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
