package org.steadygrad.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepSeeds;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.engine.step.TrainingStep.State;
import org.steadygrad.model.SingleExamples;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.StepMeans;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.LossMean;

/**
 * The training steps of a run in their order: batches of an epoch, in groups whose gradients are averaged, or each cut into windows
 * of truncated back-propagation.
 */
final class StepSource {
    private final BatchSequence training;
    private final LossMean loss;
    private final int accumulate;
    private final int window;
    private final int windowsOfBatch;
    private final SequenceFormats formats;
    private final Optional<String> normalizing;

    /** Of the classes, if the loss is divided by them; else null. */
    private final double[] divisors;

    private final HealthSpec looks;
    private final StepSeeds seeds;

    /**
     * @param model what is trained; its configuration says what windows there are
     * @param seeds for what is random in steps
     */
    StepSource(ComputationGraph model, DataSource data, LoopSettings settings, StepSeeds seeds) {
        training = data.training();
        loss = settings.loss();
        accumulate = settings.accumulate();
        looks = settings.health();
        this.seeds = seeds;
        formats = SequenceFormats.of(model);
        window = TruncatedBptt.window(model);
        windowsOfBatch = PlannedUpdates.windows(data.description(), window);
        normalizing = normalizing(model, data.description());
        divisors = OutputLoss.of(model).flatMap(OutputLoss::divisors).orElse(null);
        Check.that(
                divisors == null
                        || loss == LossMean.PER_STEP
                        || !data.description().target().perStep(),
                "Trainer",
                "loss perStep, since the loss of the model is divided by the weights of its time steps",
                loss);
    }

    /** The first layer that has nothing to normalise over in a batch of one example. */
    static Optional<String> normalizing(ComputationGraph model, DataDescription described) {
        boolean sequences = described.input() != DataDescription.InputKind.VECTOR;
        return SingleExamples.normalizing(model, sequences, described.inputSize());
    }

    /** Opens an epoch where the progress says. */
    Epoch epoch(Progress progress) {
        return new Epoch(new TimedBatches(training.epoch(progress.epochs(), progress.batchInEpoch)), progress);
    }

    /**
     * Number of batches that give a number of steps; 0 where there aren't as many left.
     *
     * @param steps wanted; there may be some more, if whole batches give more
     * @param mostSteps that may be done
     */
    int batchesFor(int steps, int mostSteps, Progress progress) {
        int groups = Math.min(PlannedUpdates.ceilDiv(steps, windowsOfBatch), training.batchesPerEpoch() / accumulate);
        int batches = groups * accumulate;
        boolean enough = training.batchesPerEpoch() - progress.batchInEpoch >= batches
                && (long) groups * windowsOfBatch <= mostSteps;
        return groups > 0 && enough ? batches : 0;
    }

    /**
     * What is taken at once.
     *
     * @param steps that the batches are good for
     * @param batches their number
     * @param obstacle why they can't be trained on
     */
    record Group(List<TrainingStep> steps, int batches, Optional<String> obstacle) {}

    /** What is left of an epoch; counts in the progress what was taken. */
    final class Epoch implements AutoCloseable {
        private final TimedBatches batches;
        private final Progress progress;

        private Epoch(TimedBatches batches, Progress progress) {
            this.batches = batches;
            this.progress = progress;
        }

        boolean hasNext() {
            return batches.hasNext();
        }

        /** @param stepsBefore number of steps of the run before these */
        Group next(int stepsBefore) {
            List<MultiDataSet> group = new ArrayList<>();
            while (group.size() < accumulate && batches.hasNext()) {
                group.add(MaskedBatches.present(batches.next(), formats.layout()));
            }
            int first = progress.batchInEpoch;
            progress.batchInEpoch += group.size();
            Optional<String> obstacle = single(group, first);
            Position position = new Position(stepsBefore + 1, progress.epoch, first, 0);
            return new Group(
                    obstacle.isPresent() ? List.of() : steps(group, position, batches.waited()),
                    group.size(),
                    obstacle);
        }

        /** Why a group of batches that nobody knew of before can't be trained on. */
        private Optional<String> single(List<MultiDataSet> group, int first) {
            boolean any = normalizing.isPresent()
                    && group.stream().anyMatch(batch -> batch.getFeatures(0).size(0) == 1);
            return any
                    ? Optional.of("batch " + first + " of epoch " + progress.epoch + " has 1 example, and layer "
                            + normalizing.get()
                            + " normalises over the examples of a batch: take another batch size, or leave what is left"
                            + " over for the last batch out")
                    : Optional.empty();
        }

        @Override
        public void close() {
            batches.close();
        }
    }

    /**
     * The steps that a group of batches is good for: one, or one per window of truncated BPTT.
     *
     * @param position of the first
     * @param waited seconds that it took to get the batches
     */
    private List<TrainingStep> steps(List<MultiDataSet> group, Position position, double waited) {
        if (window == 0) {
            return List.of(step(position, List.of(), meant(group), State.NOT_CARRIED, waited));
        }
        List<TrainingStep> steps = new ArrayList<>();
        for (BpttWindows.Scored piece : BpttWindows.scored(formats.turned(group.get(0)), window)) {
            boolean first = steps.isEmpty();
            Position own = new Position(
                    position.iteration() + steps.size(), position.epoch(), position.batch(), piece.firstTimeStep());
            List<MultiDataSet> leadIn =
                    piece.leadIn().stream().map(formats::turned).toList();
            List<MultiDataSet> batch = meant(List.of(formats.turned(piece.batch())));
            steps.add(step(own, leadIn, batch, first ? State.NEW : State.CONTINUED, first ? waited : 0));
        }
        return steps;
    }

    /** With weights that make the loss the mean that is wanted. */
    private List<MultiDataSet> meant(List<MultiDataSet> batches) {
        return loss == LossMean.PER_STEP || divisors != null
                ? StepMeans.of(batches, formats.layout(), divisors)
                : batches;
    }

    private TrainingStep step(
            Position position, List<MultiDataSet> leadIn, List<MultiDataSet> batches, State state, double waited) {
        int iteration = position.iteration();
        List<Pass> before = new ArrayList<>();
        for (MultiDataSet batch : leadIn) {
            before.add(new Pass(batch, seeds.ofLeadIn(iteration, before.size())));
        }
        List<Pass> passes = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            passes.add(new Pass(batch, seeds.of(iteration, passes.size())));
        }
        return new TrainingStep(position, before, passes, state, trace(iteration), waited);
    }

    private Trace trace(int iteration) {
        if (looks.takesHistogramsAt(iteration)) {
            return Trace.HISTOGRAMS;
        }
        return looks.looksAt(iteration) ? Trace.FLOW : Trace.NONE;
    }
}
