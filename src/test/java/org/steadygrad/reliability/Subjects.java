package org.steadygrad.reliability;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.forensics.ReplayBundle;
import org.steadygrad.model.ModelFile;
import org.steadygrad.report.RunReader;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.SavedRun;
import org.steadygrad.train.StopSignal;
import org.steadygrad.train.checkpoint.CheckpointStore;

/** All files that the program reads. */
final class Subjects {
    private static final int BATCH = 4;
    private static final String RUN_FILE =
            """
            name: small
            seed: 3
            data: {kind: adding, length: 4, examples: 24, validationExamples: 8}
            model:
              layers:
                - gru: {units: 3, dropout: 0.1}
                - batchNorm: {activation: relu}
                - dense: {units: 2, activation: sigmoid}
            training:
              batch: 8
              epochs: 3
              updater: {adam: {learningRate: 0.01}}
              schedule: {cosine: {floor: 0.1}}
              clip: {historyQuantile: {percentile: 50}}
            health: {every: 2, histograms: 3}
            engine: cpu
            threads: 1
            """;

    private Subjects() {}

    /** @param folder for a run that some files come from */
    static List<Subject> all(Path folder) throws IOException {
        List<Subject> subjects = new ArrayList<>(List.of(
                new Subject(
                        "run file",
                        folder.resolve("run.yaml"),
                        texts(RUN_FILE, RunFiles.write(spec(RUN_FILE))),
                        RunFiles::read),
                data(
                        "text",
                        folder.resolve("book.txt"),
                        "text, path: FILE, sequenceLength: 8",
                        texts("To be, or not to be.\nThat is the question:\nÄpfel?\n".repeat(6))),
                data(
                        "CSV, classes",
                        folder.resolve("flowers.csv"),
                        "csv, path: FILE, task: classification, target: class, window: 1",
                        texts(classes())),
                data(
                        "CSV, forecast",
                        folder.resolve("series.csv"),
                        "csv, path: FILE, task: forecasting, target: y, calendar: [dayOfWeek]",
                        texts(forecast())),
                data(
                        "CSV, sequences",
                        folder.resolve("runs.csv"),
                        "csv, path: FILE, task: regression, target: y, sequence: run",
                        texts(sequences())),
                data(".ts", folder.resolve("a.ts"), "series, path: FILE", texts(ts())),
                data(".arff", folder.resolve("a.arff"), "series, path: FILE", texts(arff())),
                data(".npy", folder.resolve("a.npy"), "series, path: FILE, task: forecasting", List.of(npy(6, 2, 5))),
                data(".npz", folder.resolve("a.npz"), "series, path: FILE", List.of(npz())),
                data("piano rolls", folder.resolve("a.json"), "pianoRoll, path: FILE", texts(rolls())),
                data(
                        "IDX images",
                        folder.resolve("images.idx"),
                        "idx, images: FILE, labels: FOLDER/labels.idx",
                        List.of(idx(12, 4, 3)))));
        Files.write(folder.resolve("labels.idx"), idx(12));
        subjects.addAll(ofRun(folder));
        return subjects;
    }

    private static RunSpec spec(String yaml) {
        return RunFiles.parse(yaml, "small.yaml", List.of());
    }

    private static List<byte[]> texts(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** @param kind the data's kind and keys, with FILE and FOLDER in place of paths */
    private static Subject data(String name, Path file, String kind, List<byte[]> originals) {
        return new Subject(name, file, originals, path -> {
            String keys = kind.replace("FILE", "'" + path + "'")
                    .replace("FOLDER/labels.idx", "'" + path.resolveSibling("labels.idx") + "'");
            RunSpec run = spec("data: {kind: " + keys + "}\nmodel: {layers: [gru: {units: 2}]}\n");
            DataSource source = DataSources.open(run.data(), BATCH, run.seed());
            readAll(source.training());
            source.validation().ifPresent(Subjects::readAll);
        });
    }

    private static void readAll(BatchSequence batches) {
        try (BatchIterator epoch = batches.epoch(0, 0)) {
            while (epoch.hasNext()) {
                epoch.next();
            }
        }
    }

    private static String classes() {
        StringBuilder rows = new StringBuilder("width,height,class\n");
        for (int i = 0; i < 24; i++) {
            rows.append(i * 0.25)
                    .append(',')
                    .append(i % 5 == 0 ? "NA" : "1e-" + i % 4)
                    .append(",\"")
                    .append(i % 3 == 0 ? "a, b" : "c")
                    .append("\"\n");
        }
        return rows.toString().replace("NA", "2.5");
    }

    private static String forecast() {
        StringBuilder rows = new StringBuilder("# daily\ndate;y;z\n");
        for (int i = 0; i < 60; i++) {
            rows.append(LocalDate.of(2024, 2, 1).plusDays(i))
                    .append(';')
                    .append(i % 7)
                    .append(",5;")
                    .append(i * 3)
                    .append('\n');
        }
        return rows.toString();
    }

    private static String sequences() {
        StringBuilder rows = new StringBuilder("run\tx\ty\n");
        for (int i = 0; i < 36; i++) {
            rows.append("r")
                    .append(i / 4)
                    .append('\t')
                    .append(i % 4)
                    .append('\t')
                    .append(i / 4)
                    .append('\n');
        }
        return rows.toString();
    }

    private static String ts() {
        StringBuilder text = new StringBuilder(
                "# words\n@problemName small\n@timestamps false\n@missing false\n@univariate false\n@dimension 2\n@equalLength false\n@classLabel true a b\n@data\n");
        for (int i = 0; i < 12; i++) {
            text.append("1,2,")
                    .append(i)
                    .append(":0.5,-")
                    .append(i)
                    .append("e-1,0:")
                    .append(i % 2 == 0 ? 'a' : 'b')
                    .append('\n');
        }
        return text.toString();
    }

    private static String arff() {
        StringBuilder text = new StringBuilder(
                "% words\n@relation small\n@attribute x numeric\n@attribute 'y z' real\n@attribute class {a,'b c'}\n@data\n");
        for (int i = 0; i < 12; i++) {
            text.append(i).append(", ").append(i * 0.5).append(i % 2 == 0 ? ",a\n" : ",'b c'\n");
        }
        return text.toString();
    }

    private static String rolls() {
        String sequence = "[[60,64],[],[62,65,69],[60]]";
        String sequences = "[" + (sequence + ",").repeat(5) + sequence + "]";
        return "{\"train\":" + sequences + ",\"valid\":" + sequences + ",\"note\":{\"a\":[1,\"b\"]}}";
    }

    private static byte[] npy(int... shape) {
        int elements = 1;
        StringBuilder sizes = new StringBuilder();
        for (int size : shape) {
            elements *= size;
            sizes.append(size).append(", ");
        }
        byte[] header = ("{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer file = ByteBuffer.allocate(10 + header.length + 4 * elements).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0);
        file.putShort((short) header.length).put(header);
        for (int i = 0; i < elements; i++) {
            file.putFloat(i * 0.25f);
        }
        return file.array();
    }

    private static byte[] npz() {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("X.npy", npy(8, 2, 5));
        entries.put("y.npy", npy(8));
        return Mutator.zipped(entries);
    }

    private static byte[] idx(int... shape) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 0, 8, (byte) shape.length});
        int elements = 1;
        for (int size : shape) {
            out.writeBytes(ByteBuffer.allocate(4).putInt(size).array());
            elements *= size;
        }
        for (int i = 0; i < elements; i++) {
            out.write(shape.length == 1 ? i % 3 : i);
        }
        return out.toByteArray();
    }

    private static List<Subject> ofRun(Path folder) throws IOException {
        Path run = folder.resolve("small");
        Runs.train(spec(RUN_FILE), options(run));
        Path broken = folder.resolve("broken");
        Runs.train(
                RunFiles.parse(
                        RUN_FILE,
                        "small.yaml",
                        List.of(
                                "training.updater={sgd: {learningRate: 1e38}}",
                                "training.clip=none",
                                "training.guard={auto: {maxSkips: 2}}")),
                options(broken));
        Path flowers = Files.writeString(folder.resolve("trained.csv"), classes());
        Path table = folder.resolve("table");
        Runs.train(
                spec("data: {kind: csv, path: '" + flowers + "', task: classification, target: class}\n"
                        + "model: {layers: [dense: {units: 3, activation: tanh}]}\n"
                        + "training: {epochs: 2}\nengine: cpu\nthreads: 1\n"),
                options(table));
        Path bundle = first(broken.resolve("replay"));
        // alone, or others would be taken in its place
        Path checkpoint = first(run.resolve("checkpoints"));
        Path alone = Files.createDirectories(folder.resolve("alone")).resolve(checkpoint.getFileName());
        Files.copy(checkpoint, alone);
        String snapshot = checkpoint.getFileName().toString().replace(".zip", ".snapshot.zip");
        if (Files.exists(checkpoint.resolveSibling(snapshot))) {
            Files.copy(checkpoint.resolveSibling(snapshot), alone.resolveSibling(snapshot));
        }
        return List.of(
                Subject.of("model", run.resolve("model.zip"), file -> evaluate(file.getParent())),
                Subject.of("model of a CSV", table.resolve("model.zip"), file -> evaluate(file.getParent())),
                Subject.of("model alone", run.resolve("model.zip"), ModelFile::read),
                Subject.of("checkpoint", alone, file -> new CheckpointStore(file.getParent(), 3, Map.of()).newest()),
                Subject.of("replay bundle", bundle, ReplayBundle::read),
                Subject.of("metrics.jsonl", run.resolve("metrics.jsonl"), file -> RunReader.read(run)
                        .text()),
                Subject.of("health.jsonl", run.resolve("health.jsonl"), file -> RunReader.read(run)
                        .text()),
                Subject.of("run.json", run.resolve("run.json"), file -> RunReader.read(run)
                        .text()));
    }

    private static void evaluate(Path run) {
        SavedRun.read(run).evaluate(List.of(), EngineRequest.of("cpu", 1));
    }

    private static Runs.Options options(Path folder) {
        return new Runs.Options(folder, false, RunListener.all(List.of()), new StopSignal());
    }

    private static Path first(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("iteration-\\d+\\.zip"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }
}
