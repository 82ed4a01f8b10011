package org.steadygrad.forensics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.check.Reason;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.forensics.BatchBytes.Shapes;
import org.steadygrad.forensics.NamedCellSources.Place;
import org.steadygrad.model.ModelFile;
import org.steadygrad.model.ModelFileException;
import org.steadygrad.spec.Precision;

/**
 * A step that wasn't applied, in one file: a model file with parameters and updater state from which the step ran, and beside
 * DL4J's entries the batches, their seeds, and what was found. Reading is as safe for files of unknown origin as {@link
 * ModelFile#read}.
 */
public final class ReplayBundle {
    /** Bytes of parameters, updater state and batches together above which no bundle is written. */
    public static final long MOST_BYTES = 512L << 20;

    /** Bytes of batches above which no bundle is written. */
    public static final long MOST_BATCH_BYTES = 128L << 20;

    private static final int FORMAT = 1;
    private static final String STEP_ENTRY = "replay.json";
    private static final String BATCH_ENTRY = "replay.bin";
    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true);

    private final Path file;
    private final ComputationGraph model;
    private final Recorded recorded;
    private final FailedStep step;

    private ReplayBundle(Path file, ComputationGraph model, Recorded recorded, FailedStep step) {
        this.file = file;
        this.model = model;
        this.recorded = recorded;
        this.step = step;
    }

    /** The entry in words. @param precision null where the engine has but one */
    private record Recorded(
            int format,
            int iteration,
            int epoch,
            int batch,
            int firstTimeStep,
            boolean carriesState,
            String engine,
            Precision precision,
            List<Shapes> before,
            List<Shapes> passes,
            List<Growth> growth,
            List<Place> places,
            Found found) {}

    /**
     * What was found when the bundle was written.
     *
     * @param pass number of the pass within the step
     * @param loss of that pass
     * @param origin the first value that wasn't finite; null when the replay was finite
     * @param cause stable name of the cause
     * @param words the report
     */
    public record Found(int pass, double loss, NonFiniteOrigin origin, String cause, String words) {
        static Found of(Verdict verdict) {
            return new Found(
                    verdict.pass(),
                    verdict.loss(),
                    verdict.origin().orElse(null),
                    verdict.cause().kind().id(),
                    verdict.words());
        }

        boolean same(Found other) {
            return pass == other.pass && cause.equals(other.cause) && sameOrigin(origin, other.origin);
        }

        /** Engines put NaN where others put an infinity only for rounding, so that the value doesn't count. */
        private static boolean sameOrigin(NonFiniteOrigin a, NonFiniteOrigin b) {
            if (a == null || b == null) {
                return a == null && b == null;
            }
            return a.layer().equals(b.layer()) && a.tensor().equals(b.tensor()) && a.timeStep() == b.timeStep();
        }
    }

    /** Bytes that a bundle would take before it is compressed. */
    static long size(ComputationGraph model, FailedStep step) {
        var state = model.getUpdater().getStateViewArray();
        long numbers = model.numParams() + (state == null ? 0 : state.length());
        return numbers * model.params().dataType().width() + batchSize(step);
    }

    static long batchSize(FailedStep step) {
        return BatchBytes.size(step.before()) + BatchBytes.size(step.passes());
    }

    /**
     * Writes a bundle whole or not at all.
     *
     * @param engine on which the step ran
     * @param model with what the engine held
     * @param entries of the run's model files, by name
     */
    static void write(
            Path file,
            Engine engine,
            ComputationGraph model,
            FailedStep step,
            Report report,
            Map<String, byte[]> entries)
            throws IOException {
        Recorded recorded = new Recorded(
                FORMAT,
                step.iteration(),
                step.position().epoch(),
                step.position().batch(),
                step.position().firstTimeStep(),
                step.carriesState(),
                engine.name(),
                engine.precision(),
                step.before().stream().map(Shapes::of).toList(),
                step.passes().stream().map(Shapes::of).toList(),
                report.growth(),
                report.places(),
                Found.of(report.verdict()));
        List<Pass> all = new ArrayList<>(step.before());
        all.addAll(step.passes());
        Map<String, byte[]> own = new LinkedHashMap<>(entries);
        own.put(STEP_ENTRY, JSON.writeValueAsBytes(recorded));
        own.put(BATCH_ENTRY, BatchBytes.write(all));
        ModelFile.write(file, model, own);
    }

    /** What goes into a bundle beside the step. */
    record Report(Verdict verdict, List<Growth> growth, List<Place> places) {}

    /**
     * Reads a bundle.
     *
     * @throws ModelFileException when it is missing, damaged, or no bundle
     */
    public static ReplayBundle read(Path file) {
        ModelFile.Content content = ModelFile.readAsItIs(file);
        byte[] text = entry(file, content, STEP_ENTRY);
        byte[] batches = entry(file, content, BATCH_ENTRY);
        try {
            Recorded recorded = JSON.readValue(text, Recorded.class);
            check(recorded);
            ByteBuffer in = ByteBuffer.wrap(batches);
            List<Pass> before = passes(in, recorded.before());
            List<Pass> passes = passes(in, recorded.passes());
            if (in.hasRemaining()) {
                throw new IOException("its batch is longer than it says");
            }
            Position position =
                    new Position(recorded.iteration(), recorded.epoch(), recorded.batch(), recorded.firstTimeStep());
            FailedStep step = new FailedStep(position, before, passes, recorded.carriesState());
            return new ReplayBundle(file, content.graph(), recorded, step);
        } catch (JsonProcessingException e) {
            throw new ModelFileException(file, "its step can't be read: " + Reason.of(e) + ".", e);
        } catch (IOException | RuntimeException e) {
            throw new ModelFileException(file, "its step can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static byte[] entry(Path file, ModelFile.Content content, String name) {
        return Optional.ofNullable(content.entries().get(name))
                .orElseThrow(() -> new ModelFileException(
                        file,
                        "expected a replay bundle, got a model without " + name
                                + ". Bundles lie in the folder replay of a run's folder."));
    }

    private static void check(Recorded recorded) throws IOException {
        if (recorded == null || recorded.format() != FORMAT) {
            throw new IOException("expected format " + FORMAT + ", got "
                    + (recorded == null ? "nothing" : String.valueOf(recorded.format())));
        }
        boolean whole = recorded.engine() != null
                && recorded.before() != null
                && recorded.passes() != null
                && recorded.growth() != null
                && recorded.places() != null
                && recorded.found() != null
                && recorded.found().cause() != null
                && recorded.found().words() != null;
        if (!whole) {
            throw new IOException("something is missing in it");
        }
    }

    private static List<Pass> passes(ByteBuffer in, List<Shapes> shapes) throws IOException {
        List<Pass> passes = new ArrayList<>();
        for (Shapes each : shapes) {
            passes.add(BatchBytes.read(in, each));
        }
        return passes;
    }

    public FailedStep step() {
        return step;
    }

    public Found found() {
        return recorded.found();
    }

    /** Name of the engine that the step ran on. */
    public String engine() {
        return recorded.engine();
    }

    /** The engine and the precision that the step ran in. */
    public EngineRequest request() {
        EngineRequest plain = EngineRequest.of(recorded.engine());
        return recorded.precision() == null
                ? plain
                : new EngineRequest(plain.name(), plain.settings().withPrecision(recorded.precision()));
    }

    /**
     * Runs the step again and looks for the cause anew.
     *
     * @throws org.steadygrad.engine.EngineException when the engine can't be used
     */
    public Reproduction replay(EngineRequest request) {
        try (Engine own = request.open(model)) {
            CellSources places = NamedCellSources.recorded(recorded.places(), CellSources.unknown(step));
            Verdict verdict = new Investigation(own, model, step, recorded.growth(), places).verdict();
            Found now = Found.of(verdict);
            boolean same = now.same(recorded.found());
            return new Reproduction(
                    file.toString(),
                    step.iteration(),
                    own.name(),
                    own.precision().words(),
                    now,
                    verdict.evidence(),
                    recorded.found(),
                    same,
                    same ? "" : why(own));
        }
    }

    private String why(Engine engine) {
        String was = recorded.engine()
                + (recorded.precision() == null
                        ? ""
                        : " in " + recorded.precision().words());
        String is = engine.name() + " in " + engine.precision().words();
        return is.equals(was)
                ? "The engine is the one that the step ran on; its version or the machine may be another, and sums may"
                        + " be taken in another order there. In fp16 the scale of the loss starts anew."
                : "The step ran on " + was + ", and this was " + is
                        + ": engines and precisions differ in rounding, in the range of their numbers, and in how they"
                        + " compute exponentials and losses, so that one may stay finite where another doesn't.";
    }
}
