package org.steadygrad.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchIterator;
import org.steadygrad.data.BatchSequence;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.RuleOfThumb;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.ops.SequenceLayout;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Gain;

/**
 * What rules of thumb come to on a run's data, in its own loss and metrics, and how much better a model is than the best of them: the
 * constant that suits the labels of the training part ({@link ConstantGuess}), and for forecasts what the source can say of them ({@link
 * DataSource#rulesOfThumb}). The validation part is scored as a whole. Of the training part no more is looked at than about {@value
 * #MOST_SCORED} numbers, which stand for the rest: its batches come in random order.
 */
final class Guessing {
    private static final Logger LOG = LoggerFactory.getLogger(Guessing.class);

    /** Numbers of features and labels that constants are fitted to, about. */
    private static final long MOST_FITTED = 1 << 26;

    private static final long MOST_SCORED = 1 << 24;

    private final Baselines baselines;
    private final LossBlocks best;

    /** @param best losses of the best on the validation part; null when there are none */
    private Guessing(Baselines baselines, LossBlocks best) {
        this.baselines = baselines;
        this.best = best;
    }

    /** @param model what is to be trained, whose output layer says what the loss is; isn't changed */
    static Guessing of(ComputationGraph model, DataSource data) {
        try {
            return new Trial(model, data).run();
        } catch (InvalidInputException e) {
            // the same is said in full when a step is given such data
            LOG.debug("What guessing gives isn't known", e);
            return new Guessing(Baselines.NONE, null);
        }
    }

    Baselines baselines() {
        return baselines;
    }

    /** @param model the losses of a model on the validation part */
    Gain gain(LossBlocks model) {
        return best == null ? Gain.UNKNOWN : model.gainOver(best);
    }

    /** Gives a rule's outputs for a batch. */
    private interface Rule {
        /**
         * @param labels of the batch
         * @param said the labels of the rule's own batch, where it has such
         * @return in double, as {@link OutputLoss#given} has them
         */
        INDArray given(INDArray labels, INDArray said);
    }

    /** A rule, and what it came to so far. */
    private record Contestant(
            String name, Rule rule, Optional<RuleOfThumb> thumb, Evaluator training, Evaluator validation) {
        Baseline baseline() {
            Map<String, Double> metrics = validation.metrics();
            return new Baseline(name, training.metrics().getOrDefault("loss", Double.NaN), metrics);
        }
    }

    /** Fits the rules and scores them. */
    private static final class Trial {
        private final DataSource data;
        private final DataDescription description;
        private final OutputLoss loss;
        private final SequenceLayout layout;
        private final ConstantGuess constant;

        Trial(ComputationGraph model, DataSource data) {
            this.data = data;
            description = data.description();
            loss = OutputLoss.of(model).orElseGet(() -> OutputLoss.usual(description.target()));
            layout = SequenceFormats.of(model).layout();
            constant = new ConstantGuess(description, loss, layout, OutputLoss.width(model, description));
        }

        Guessing run() {
            if (!loss.labelsAreOutputs()) {
                return new Guessing(Baselines.NONE, null);
            }
            each(data.training(), MOST_FITTED, constant::add);
            List<Contestant> contestants = new ArrayList<>();
            double[] outputs = constant.outputs();
            contestants.add(contestant(constant.name(), (labels, said) -> filled(labels, outputs), Optional.empty()));
            for (RuleOfThumb thumb : data.rulesOfThumb()) {
                contestants.add(contestant(thumb.name(), (labels, said) -> given(said), Optional.of(thumb)));
            }
            score(contestants, data.training(), true);
            data.validation().ifPresent(batches -> score(contestants, batches, false));
            Baselines baselines =
                    new Baselines(contestants.stream().map(Contestant::baseline).toList());
            LossBlocks best = baselines
                    .best()
                    .filter(found -> !found.validation().isEmpty())
                    .map(found -> contestants.stream()
                            .filter(one -> one.name().equals(found.name()))
                            .findFirst()
                            .orElseThrow()
                            .validation()
                            .blocks())
                    .orElse(null);
            return new Guessing(baselines, best);
        }

        private Contestant contestant(String name, Rule rule, Optional<RuleOfThumb> thumb) {
            return new Contestant(name, rule, thumb, evaluator(), evaluator());
        }

        private Evaluator evaluator() {
            return Evaluator.ofLogits(description, loss.ofGiven(), layout);
        }

        /** All rules in one pass over the batches. */
        private void score(List<Contestant> contestants, BatchSequence batches, boolean training) {
            List<BatchIterator> said = new ArrayList<>();
            try {
                for (Contestant one : contestants) {
                    said.add(one.thumb()
                            .map(thumb -> training
                                    ? thumb.training()
                                    : thumb.validation().orElseThrow())
                            .map(own -> own.epoch(0, 0))
                            .orElse(null));
                }
                each(batches, training ? MOST_SCORED : Long.MAX_VALUE, batch -> {
                    for (int i = 0; i < said.size(); i++) {
                        Contestant one = contestants.get(i);
                        INDArray own =
                                said.get(i) == null ? null : said.get(i).next().getLabels(0);
                        Evaluator evaluator = training ? one.training() : one.validation();
                        evaluator.add(batch, one.rule().given(batch.getLabels(0), own));
                    }
                });
            } finally {
                said.stream().filter(open -> open != null).forEach(BatchIterator::close);
            }
        }

        private interface Batches {
            void take(MultiDataSet batch);
        }

        private static void each(BatchSequence batches, long numbers, Batches to) {
            long taken = 0;
            try (BatchIterator epoch = batches.epoch(0, 0)) {
                while (epoch.hasNext() && taken < numbers) {
                    MultiDataSet batch = epoch.next();
                    taken += batch.getFeatures(0).length() + batch.getLabels(0).length();
                    to.take(batch);
                }
            }
        }

        /** The same outputs for all rows of a batch. */
        private INDArray filled(INDArray labels, double[] outputs) {
            int axis = labels.rank() == 3 && layout.labelsTimeInMiddle() ? 2 : 1;
            long[] shape = labels.shape().clone();
            shape[axis] = outputs.length;
            long inner = axis == 1 && shape.length == 3 ? shape[2] : 1;
            double[] numbers = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (one, other) -> one * other))];
            double[] given = Arrays.stream(outputs).map(loss::given).toArray();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = given[(int) (i / inner % given.length)];
            }
            return Nd4j.createFromArray(numbers).reshape('c', shape);
        }

        /** What is said stands for all quantiles, where outputs are such. */
        private INDArray given(INDArray said) {
            INDArray doubles = said.castTo(DataType.DOUBLE).dup('c');
            double[] numbers = doubles.data().asDouble();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = loss.given(numbers[i]);
            }
            INDArray given = Nd4j.createFromArray(numbers).reshape('c', said.shape());
            int times = loss.quantiles().size();
            int axis = said.rank() == 3 && layout.labelsTimeInMiddle() ? 2 : 1;
            return times == 0 ? given : given.repeat(axis, times);
        }
    }
}
