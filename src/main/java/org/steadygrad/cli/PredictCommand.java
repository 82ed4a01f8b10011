package org.steadygrad.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.data.input.DataFile;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.exchange.ImportedModel;
import org.steadygrad.exchange.graph.Tensor;
import org.steadygrad.model.AtomicFile;
import org.steadygrad.predict.FilePredictions;
import org.steadygrad.predict.FilePredictions.Done;
import org.steadygrad.predict.FilePredictions.Format;
import org.steadygrad.predict.Predictor;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.train.SavedRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code steadygrad predict}. */
@Command(
        name = "predict",
        description = "Predicts for every example of a file, in the units of the data the model was trained on.",
        sortOptions = false,
        footer = {
            "",
            "@|bold Examples|@",
            "  steadygrad predict runs/weather --data new.csv --out predictions.csv",
            "  steadygrad predict runs/weather --data new.csv --out predictions.npz --keep time",
            "  cat new.csv | steadygrad predict runs/weather --data - --out - --format jsonl",
            "",
            "  steadygrad predict runs/imported --data x.npz --out y.npz",
            "",
            "Columns are found by the names they had in training; targets needn't be there. A model that was imported takes and gives arrays in",
            "the layout of the library it is from, [batch, time, size] for Keras, by the names of its inputs and outputs."
        })
final class PredictCommand implements Runnable {
    private static final String PIPE = "-";

    @Parameters(paramLabel = "RUN", description = "A run's folder, or a model file in it.")
    private Path run;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description = "The file to predict for, of the kind the model was trained on; - is standard input.")
    private String data;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "Where to write: FILE.csv, FILE.jsonl (JSON lines) or FILE.npz (NumPy); - is standard output, and the default.")
    private String out = PIPE;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv, jsonl or npz, whatever the file's name; csv by default on standard output.")
    private String format;

    @Option(
            names = "--keep",
            paramLabel = "COLUMN",
            split = ",",
            description = "Columns of the data to write beside the predictions, for example a time stamp.")
    private List<String> keep = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Change how the file is read, for example data.separator=';' or data.missing=mean. May be given several times.")
    private List<String> changes = new ArrayList<>();

    @Mixin
    private EngineOptions engine = new EngineOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        if (ImportedModel.isAt(Given.existing("RUN", run))) {
            predictImported();
            return;
        }
        Format chosen = format();
        EngineRequest request = engine.request();
        SavedRun saved = SavedRun.read(Given.existing("RUN", run));
        DataSpec reading = saved.run(changes).data();
        DataFile file = data.equals(PIPE)
                ? DataFile.ofStream("standard input", System.in)
                : DataFile.of("--data", Given.existing("--data", Path.of(data)).toString());
        try (Predictor predictor = Predictor.of(saved, request)) {
            FilePredictions predictions = new FilePredictions(predictor, reading, keep);
            if (out.equals(PIPE)) {
                write(predictions, file, chosen, new FileOutputStream(FileDescriptor.out));
                return;
            }
            Done[] done = new Done[1];
            AtomicFile.write(Path.of(out), stream -> done[0] = write(predictions, file, chosen, stream));
            PrintWriter text = spec.commandLine().getOut();
            text.printf(
                    Locale.ROOT,
                    "%s: %d %s for %d %s%n",
                    out,
                    done[0].rows(),
                    done[0].rows() == 1 ? "prediction" : "predictions",
                    done[0].examples(),
                    done[0].examples() == 1 ? "example" : "examples");
            text.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Named arrays in and out, as the library has them that the model is from. */
    private void predictImported() {
        if (data.equals(PIPE) || !data.endsWith(".npz") || !(out.equals(PIPE) || out.endsWith(".npz"))) {
            throw new ParameterException(
                    spec.commandLine(), "An imported model takes and gives arrays: --data FILE.npz --out FILE.npz.");
        }
        ImportedModel model = ImportedModel.read(run);
        Path arrays = Given.existing("--data", Path.of(data));
        Map<String, Tensor> outputs = model.outputs(ForeignArrays.read(model, arrays));
        try {
            if (out.equals(PIPE)) {
                ForeignArrays.write(outputs, new FileOutputStream(FileDescriptor.out));
                return;
            }
            AtomicFile.write(Path.of(out), stream -> ForeignArrays.write(outputs, stream));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PrintWriter text = spec.commandLine().getOut();
        outputs.forEach((name, tensor) -> text.printf("%s: %s %s%n", out, name, Arrays.toString(tensor.shape())));
        text.flush();
    }

    private Format format() {
        if (format != null) {
            try {
                return Format.valueOf(format.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        spec.commandLine(), "--format: expected csv, jsonl or npz, got " + format + ".", e);
            }
        }
        if (out.equals(PIPE)) {
            return Format.CSV;
        }
        if (Files.isDirectory(Path.of(out))) {
            throw new ParameterException(spec.commandLine(), "--out: expected a file, got the folder " + out + ".");
        }
        return Format.of(Path.of(out));
    }

    private static Done write(FilePredictions predictions, DataFile file, Format format, OutputStream out)
            throws IOException {
        BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
        Done done = predictions.write(file, format, buffered);
        buffered.flush();
        return done;
    }
}
