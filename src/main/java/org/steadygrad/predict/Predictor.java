package org.steadygrad.predict;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.InputExamples;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.Engines;
import org.steadygrad.engine.SequenceState;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.train.SavedRun;

/**
 * A trained model that takes inputs and gives outputs in the units of the data it was trained on: scaling, names of classes and
 * what missing values are taken for come with it.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.open(Path.of("runs/weather"))) {
 *     double tomorrow = predictor.predict(sequence).value("temperature");
 * }
 * }</pre>
 *
 * <p>May be used by several threads at a time; they wait for each other, so that sequences are best given together, to
 * {@link #predictAll}.
 */
public final class Predictor implements AutoCloseable {
    private static final String WHO = "Predictor";

    /** Sequences that are computed together at most. */
    private static final int BATCH = 256;

    /** Time steps, times inputs and outputs, that are computed together, unless a single sequence has more. */
    private static final long BATCH_NUMBERS = 1 << 22;

    /** Lengths up to which batches aren't padded to a length that is met more often. */
    private static final int EXACT_STEPS = 16;

    private final SavedRun run;
    private final DataDescription description;
    private final InputEncoding inputs;
    private final OutputDecoding outputs;
    /** Steps of a sequence before the first that something can be told at. */
    private final int history;

    private final Engine engine;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean closed;
    /** The stream whose state the engine holds; null for none. */
    private PredictionStream current;

    private Predictor(SavedRun run, Engine engine) {
        this.run = run;
        this.engine = engine;
        description = run.description();
        inputs =
                InputEncoding.of(description, run.artifact(), run.run(List.of()).data());
        outputs = OutputDecoding.of(run);
        history = run.artifact() instanceof DataArtifact.Columns columns ? columns.history() : 0;
    }

    /**
     * Opens a model on the best engine there is.
     *
     * @param path a run's folder, or a model file or checkpoint in it
     * @throws org.steadygrad.model.ModelFileException when it is missing, damaged, or was not written by a run
     */
    public static Predictor open(Path path) {
        return open(path, EngineRequest.of(Engines.AUTO));
    }

    /**
     * @param path a run's folder, or a model file or checkpoint in it
     * @param request the engine
     */
    public static Predictor open(Path path, EngineRequest request) {
        return of(SavedRun.read(path), request);
    }

    /** A model that was read already. */
    public static Predictor of(SavedRun run, EngineRequest request) {
        return new Predictor(run, run.openEngine(request));
    }

    /** Names of the inputs of one time step, in the order in which they are taken. */
    public List<String> inputs() {
        return inputs.names();
    }

    /** Names of the outputs: the target columns (where quantiles were learnt, with each quantile: {@code load q0.9}), or the classes, or the keys. */
    public List<String> outputs() {
        return outputs.names();
    }

    /** {@link #outputs} with something after the name of a target. */
    List<String> outputs(String later) {
        return IntStream.range(0, outputs.names().size())
                .mapToObj(i -> outputs.named(i, later))
                .toList();
    }

    /** Whether outputs are probabilities of classes, one of which is the case. */
    public boolean classes() {
        return outputs.classes();
    }

    /** Whether examples have time steps. */
    public boolean sequences() {
        return description.input() != InputKind.VECTOR;
    }

    /** Whether there is an output at every time step. */
    public boolean perStep() {
        return description.target().perStep();
    }

    /** What the model is and what it was trained on. */
    public SavedRun run() {
        return run;
    }

    /**
     * Predicts for one example.
     *
     * @param steps [time step][input] in the units of the training data, NaN where missing; a single step where the model has
     *     no time. Symbols are their numbers
     * @throws InvalidInputException when the inputs don't fit, naming step and input
     */
    public Prediction predict(double[]... steps) {
        return predictAll(Collections.singletonList(steps)).get(0);
    }

    /**
     * Predicts for many examples, which may be of different lengths.
     *
     * @param examples each as for {@link #predict}
     * @return in the same order
     */
    public List<Prediction> predictAll(List<double[][]> examples) {
        List<Encoded> encoded = new ArrayList<>(examples.size());
        for (int i = 0; i < examples.size(); i++) {
            String example = examples.size() == 1 ? "" : ", example " + i;
            double[][] steps = examples.get(i);
            encoded.add(encode(steps, step -> WHO + example + ", time step " + step));
        }
        List<Prediction> predictions = new ArrayList<>(examples.size());
        for (int from = 0; from < encoded.size(); ) {
            int to = from + 1;
            long longest = encoded.get(from).steps();
            while (to < encoded.size() && to - from < BATCH) {
                longest = Math.max(longest, encoded.get(to).steps());
                if (longest * (to + 1 - from) * rowNumbers() > BATCH_NUMBERS) {
                    break;
                }
                to++;
            }
            predictions.addAll(run(encoded.subList(from, to)));
            from = to;
        }
        return predictions;
    }

    /** How many examples of this many steps are computed together. */
    int together(int steps) {
        return (int) Math.max(1, Math.min(BATCH, BATCH_NUMBERS / rowNumbers() / steps));
    }

    private long rowNumbers() {
        return (long) inputs.names().size() + outputs.names().size();
    }

    /** Words for the place of a time step. */
    interface Origin {
        String of(int step);
    }

    /**
     * Features of one example.
     *
     * @param features [step][feature]; none of the first steps that are known only
     * @param references [step][output] what outputs are told from; of all steps of the example
     * @param context first steps of the example that no output is asked for
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Encoded(float[][] features, double[][] references, int context, Origin origin) {
        int steps() {
            return features.length;
        }

        /** Steps that come before the first features. */
        int known() {
            return references.length - features.length;
        }
    }

    private Encoded encode(double[][] steps, Origin origin) {
        return encode(steps, 0, 0, origin);
    }

    Encoded encode(InputExamples.Example example) {
        return encode(example.steps(), example.context(), example.known(), example.origin()::get);
    }

    /**
     * @param context first steps that no output is asked for
     * @param known first of them that aren't shown
     */
    private Encoded encode(double[][] steps, int context, int known, Origin origin) {
        Check.notNull(steps, WHO, "time steps");
        if (steps.length == 0 || (description.input() == InputKind.VECTOR && steps.length != 1)) {
            String expected = description.input() == InputKind.VECTOR
                    ? "a single step, since the model has no time"
                    : "at least one time step";
            throw InvalidInputException.of(WHO, expected, steps.length, "");
        }
        int first = Math.max(known, history);
        if (first >= steps.length) {
            throw InvalidInputException.of(
                    origin.of(steps.length - 1),
                    "more than " + first + " time steps, since what is told are differences from steps before",
                    steps.length,
                    "Give more of the series.");
        }
        float[][] features = new float[steps.length][inputs.names().size()];
        double[][] references = new double[steps.length][];
        double[] previous = inputs.beforeTheFirstStep();
        SeriesHistory past = new SeriesHistory(inputs.reach());
        for (int t = 0; t < steps.length; t++) {
            double[] step = Check.notNull(steps[t], WHO, "time step " + t);
            inputs.encode(step, previous, past, features[t], origin.of(t));
            past.add(previous.clone());
            references[t] = outputs.references(past);
        }
        return new Encoded(Arrays.copyOfRange(features, first, steps.length), references, context, origin);
    }

    /** Computes a batch. */
    List<Prediction> run(List<Encoded> examples) {
        int longest = examples.stream().mapToInt(Encoded::steps).max().orElseThrow();
        MultiDataSet batch = batch(examples, padded(longest));
        INDArray output;
        lock.lock();
        try {
            checkOpen();
            output = engine.output(batch);
        } finally {
            lock.unlock();
        }
        boolean perStep = perStep();
        float[] values = output.dup('c').data().asFloat();
        int size = outputs.names().size();
        int time = perStep ? (int) output.size(2) : 1;
        List<Prediction> predictions = new ArrayList<>(examples.size());
        for (int e = 0; e < examples.size(); e++) {
            Encoded example = examples.get(e);
            int all = example.references().length;
            int context = perStep ? example.context() : all - 1;
            double[][] rows = new double[all - context][size];
            for (int row = context; row < all; row++) {
                int t = row - example.known();
                if (t < 0) {
                    Arrays.fill(rows[row - context], Double.NaN);
                    continue;
                }
                for (int i = 0; i < size; i++) {
                    rows[row - context][i] = values[(e * size + i) * time + (perStep ? t : 0)];
                }
                outputs.decode(
                        rows[row - context],
                        example.references()[row],
                        example.origin().of(row));
            }
            predictions.add(new Prediction(outputs, rows));
        }
        return predictions;
    }

    /**
     * Engines prepare for each shape of batches, so that lengths that differ from batch to batch are padded, by an eighth at most, to
     * lengths that come again.
     */
    private int padded(int steps) {
        if (steps <= EXACT_STEPS || steps == description.maxSteps()) {
            return steps;
        }
        int unit = Math.max(1, Integer.highestOneBit(steps) / 8);
        return (steps + unit - 1) / unit * unit;
    }

    private MultiDataSet batch(List<Encoded> examples, int time) {
        int width = inputs.names().size();
        float[] features = new float[Math.toIntExact((long) examples.size() * width * time)];
        float[] mask = new float[examples.size() * time];
        boolean padded = false;
        for (int e = 0; e < examples.size(); e++) {
            float[][] steps = examples.get(e).features();
            for (int t = 0; t < steps.length; t++) {
                for (int i = 0; i < width; i++) {
                    features[(e * width + i) * time + t] = steps[t][i];
                }
            }
            Arrays.fill(mask, e * time, e * time + steps.length, 1);
            padded |= steps.length < time;
        }
        boolean vector = description.input() == InputKind.VECTOR;
        long[] shape = vector ? new long[] {examples.size(), width} : new long[] {examples.size(), width, time};
        INDArray[] masks = padded ? new INDArray[] {Nd4j.create(mask, new long[] {examples.size(), time}, 'c')} : null;
        return new org.nd4j.linalg.dataset.MultiDataSet(
                new INDArray[] {Nd4j.create(features, shape, 'c')}, null, masks, null);
    }

    /**
     * A sequence that comes step by step.
     *
     * @throws InvalidInputException when the model can't give a prediction before it has seen the whole sequence
     */
    public PredictionStream stream() {
        if (description.input() == InputKind.VECTOR) {
            throw InvalidInputException.of(WHO, "a model of sequences", "one without time", "Use predict.");
        }
        for (LayerSpec layer : run.run(List.of()).model().layers()) {
            boolean backward = layer instanceof LayerSpec.Recurrent recurrent
                    && recurrent.direction() != LayerSpec.Direction.FORWARD;
            boolean pooled = layer instanceof LayerSpec.Pool pool && pool.kind() != LayerSpec.PoolKind.LAST;
            if (backward || pooled) {
                throw InvalidInputException.of(
                        WHO,
                        "a model that goes from step to step",
                        backward ? "one that also reads sequences backward" : "one that pools over all steps",
                        "It needs whole sequences: use predict.");
            }
        }
        return new PredictionStream(this);
    }

    double[] beforeTheFirstStep() {
        return inputs.beforeTheFirstStep();
    }

    SeriesHistory emptyHistory() {
        return new SeriesHistory(inputs.reach());
    }

    /**
     * Time steps of a sequence after which the first prediction can be made. Where a model learnt differences from earlier steps, those
     * before are NaN.
     */
    public int history() {
        return history;
    }

    void begin(PredictionStream stream) {
        lock.lock();
        try {
            current = current == stream ? null : current;
            stream.begun(inputs.beforeTheFirstStep());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has several streams go one step on, computed together.
     *
     * @param streams of this predictor, each once
     * @param steps inputs of each, as for {@link PredictionStream#step}
     * @return in the same order; NaN for the first {@link #history()} steps of a stream
     * @throws InvalidInputException when some inputs don't fit; all streams are then as before
     */
    public List<Prediction> stepAll(List<PredictionStream> streams, List<double[]> steps) {
        Check.that(!streams.isEmpty() && streams.size() == steps.size(), WHO, "a step for each stream", steps.size());
        Check.that(Set.copyOf(streams).size() == streams.size(), WHO, "each stream once", streams.size());
        lock.lock();
        try {
            checkOpen();
            int width = inputs.names().size();
            double[][] filled = new double[streams.size()][];
            float[][] features = new float[streams.size()][width];
            List<Integer> ready = new ArrayList<>();
            for (int i = 0; i < streams.size(); i++) {
                PredictionStream stream = streams.get(i);
                checkUsable(stream);
                filled[i] = stream.previous().clone();
                double[] step = Check.notNull(steps.get(i), WHO, "a time step");
                inputs.encode(step, filled[i], stream.history(), features[i], null);
                if (stream.steps() >= history) {
                    ready.add(i);
                }
            }
            Prediction[] predictions = new Prediction[streams.size()];
            if (!ready.isEmpty()) {
                List<PredictionStream> going = ready.stream().map(streams::get).toList();
                int count = going.size() == 1 ? 1 : Integer.highestOneBit(2 * going.size() - 1);
                float[] together = new float[count * width];
                for (int i = 0; i < going.size(); i++) {
                    System.arraycopy(features[ready.get(i)], 0, together, i * width, width);
                }
                double[][] own = ready.stream().map(i -> filled[i]).toArray(double[][]::new);
                List<Prediction> told = advance(going, own, Nd4j.create(together, new long[] {count, width, 1}, 'c'));
                for (int i = 0; i < told.size(); i++) {
                    predictions[ready.get(i)] = told.get(i);
                }
            }
            for (int i = 0; i < predictions.length; i++) {
                if (predictions[i] == null) {
                    streams.get(i).stepped(filled[i]);
                    double[] none = new double[outputs.names().size()];
                    Arrays.fill(none, Double.NaN);
                    predictions[i] = new Prediction(outputs, new double[][] {none});
                }
            }
            return List.of(predictions);
        } finally {
            lock.unlock();
        }
    }

    private void checkUsable(PredictionStream stream) {
        Check.that(stream.predictor() == this, WHO, "streams of this predictor", "one of another");
        if (stream.broken()) {
            throw new IllegalStateException(WHO + ": a step of this stream failed, and its state is lost; reset() it.");
        }
    }

    /** Features may have more rows than there are streams, which nobody looks at. */
    private List<Prediction> advance(List<PredictionStream> streams, double[][] filled, INDArray features) {
        boolean goesOn = streams.size() == 1 && streams.get(0) == current;
        if (!goesOn) {
            if (current != null) {
                current.state(engine.sequenceState());
                current = null;
            }
            engine.continueFrom(start(streams, (int) features.size(0)));
        }
        streams.forEach(stream -> stream.broken(true));
        current = null;
        INDArray output = engine.continueOutput(features);
        int size = outputs.names().size();
        float[] values = output.dup('c').data().asFloat();
        if (streams.size() == 1) {
            current = streams.get(0);
        } else {
            SequenceState all = engine.sequenceState();
            for (int i = 0; i < streams.size(); i++) {
                streams.get(i).state(all.of(i));
            }
        }
        List<Prediction> predictions = new ArrayList<>(streams.size());
        for (int i = 0; i < streams.size(); i++) {
            PredictionStream stream = streams.get(i);
            stream.stepped(filled[i]);
            double[][] row = new double[1][size];
            for (int k = 0; k < size; k++) {
                row[0][k] = values[i * size + k];
            }
            outputs.decode(row[0], outputs.references(stream.history()), WHO);
            predictions.add(new Prediction(outputs, row));
        }
        streams.forEach(stream -> stream.broken(false));
        return predictions;
    }

    private static SequenceState start(List<PredictionStream> streams, int rows) {
        List<SequenceState> states = new ArrayList<>(rows);
        streams.forEach(stream -> states.add(stream.state()));
        while (states.size() < rows) {
            states.add(SequenceState.START);
        }
        return SequenceState.joined(states);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(WHO + ": it is closed.");
        }
    }

    /** Ends the engine, once a prediction that is under way is done. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                engine.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
