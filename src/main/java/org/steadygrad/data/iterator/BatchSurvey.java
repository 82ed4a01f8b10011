package org.steadygrad.data.iterator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.BatchContent;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * Reads a DL4J iterator through and finds out what its batches look like, in either format of sequences. Labels are read as {@link
 * SequenceLayout#USUAL} has them, and in another layout when that is asked for, by another pass.
 */
final class BatchSurvey {
    private final String who;
    private final ResettableBatches source;
    private int batches;
    private long smallest = Integer.MAX_VALUE;
    private final Map<RNNFormat, ShapeSurvey> features = new EnumMap<>(RNNFormat.class);
    private final Map<RNNFormat, ShapeSurvey> labels = new EnumMap<>(RNNFormat.class);
    private final Map<SequenceLayout, TargetKind> kinds = new HashMap<>();
    private final SymbolSurvey symbols = new SymbolSurvey();
    private final BatchContent content = new BatchContent();

    private BatchSurvey(ResettableBatches source, String who) {
        this.source = source;
        this.who = who;
        for (RNNFormat format : RNNFormat.values()) {
            features.put(format, new ShapeSurvey(format, "features"));
            labels.put(format, new ShapeSurvey(format, "labels"));
        }
    }

    /** @param who "training" or "validation", for errors */
    static BatchSurvey of(ResettableBatches batches, String who) {
        BatchSurvey survey = new BatchSurvey(batches, "DataSources.of, " + who + " iterator");
        LabelSurvey usual = new LabelSurvey(SequenceLayout.USUAL);
        survey.each(batch -> {
            survey.add(batch);
            usual.add(batch, survey.place());
        });
        if (survey.batches == 0) {
            throw InvalidInputException.of(survey.who, "at least one batch", "none", "");
        }
        survey.kinds.put(SequenceLayout.USUAL, usual.kind());
        return survey;
    }

    private void each(Consumer<MultiDataSet> reader) {
        source.reset();
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            while (source.hasNext()) {
                reader.accept(source.next());
            }
        }
    }

    private TargetKind kind(SequenceLayout layout) {
        SequenceLayout needed = asFarAsItMatters(layout);
        TargetKind known = kinds.get(needed);
        if (known == null) {
            LabelSurvey others = new LabelSurvey(needed);
            each(batch -> others.add(batch, who));
            known = others.kind();
            kinds.put(needed, known);
        }
        return known;
    }

    /** To what labels are, so that no pass is made for nothing. */
    private SequenceLayout asFarAsItMatters(SequenceLayout layout) {
        boolean perStep = labels.get(RNNFormat.NCW).sequences();
        return new SequenceLayout(
                layout.featuresTimeInMiddle() && !Double.isNaN(layout.masked()),
                layout.labelsTimeInMiddle() && perStep,
                layout.sameSteps() || !perStep,
                layout.masked());
    }

    int batches() {
        return batches;
    }

    /** Number of examples in the smallest batch. */
    int smallestBatch() {
        return (int) smallest;
    }

    /** Of all batches. */
    String content() {
        return content.toString();
    }

    /** Whether the features may be symbols [batch, time]. */
    boolean mayBeSymbols() {
        return symbols.possible();
    }

    /** The formats to go by as long as no network tells: [batch, size, time] wherever that can be. */
    BatchFormats likely() {
        boolean sequences = labels.get(RNNFormat.NCW).sequences();
        return new BatchFormats(
                new SequenceLayout(timeInMiddle(features), timeInMiddle(labels), true, Double.NaN),
                sequences && !features.get(RNNFormat.NCW).sequences());
    }

    private static boolean timeInMiddle(Map<RNNFormat, ShapeSurvey> shapes) {
        return shapes.get(RNNFormat.NCW).problem().isPresent()
                && shapes.get(RNNFormat.NWC).problem().isEmpty();
    }

    /** @throws InvalidInputException when the batches don't go together in these formats */
    DataDescription description(BatchFormats formats) {
        ShapeSurvey input = features.get(formats.features());
        ShapeSurvey target = labels.get(formats.labels());
        boolean ofSymbols = formats.symbols() && !input.sequences();
        if (!ofSymbols) {
            input.problem().ifPresent(BatchSurvey::fail);
        }
        target.problem().ifPresent(BatchSurvey::fail);
        return new DataDescription(
                ofSymbols || input.sequences() ? InputKind.SEQUENCE : InputKind.VECTOR,
                ofSymbols ? 1 : input.size(),
                kind(formats.layout()),
                target.size(),
                ofSymbols ? symbols.longest() : input.longest());
    }

    private static void fail(InvalidInputException problem) {
        throw problem;
    }

    private void add(MultiDataSet batch) {
        batches++;
        if (batch.numFeatureArrays() != 1 || batch.numLabelsArrays() != 1) {
            String got = batch.numFeatureArrays() + " and " + batch.numLabelsArrays();
            throw InvalidInputException.of(place(), "one array of features and one of labels", got, "");
        }
        INDArray input = batch.getFeatures(0);
        INDArray target = batch.getLabels(0);
        symbols.add(input);
        boolean stepsWithoutTime = target.rank() == 3 && input.rank() != 3 && !symbolFor(input, target);
        if (!rankFits(input) || !rankFits(target) || stepsWithoutTime) {
            throw InvalidInputException.of(
                    place(),
                    "features and labels of shape [batch, size] or [batch, size, time]",
                    Arrays.toString(input.shape()) + " and " + Arrays.toString(target.shape()),
                    "Flatten images with a pre-processor first.");
        }
        INDArray mask = MaskedBatches.first(batch.getFeaturesMaskArrays());
        features.values().forEach(survey -> survey.add(input, mask, place()));
        INDArray own = MaskedBatches.first(batch.getLabelsMaskArrays());
        labels.values().forEach(survey -> survey.add(target, own, place()));
        content.add(batch);
        smallest = Math.min(smallest, input.size(0));
    }

    /** Whether there may be a symbol for each step of the labels. */
    private static boolean symbolFor(INDArray features, INDArray labels) {
        return features.rank() == 2 && (features.size(1) == labels.size(1) || features.size(1) == labels.size(2));
    }

    private static boolean rankFits(INDArray array) {
        return array.rank() == 2 || array.rank() == 3;
    }

    private String place() {
        return who + ", batch " + (batches - 1);
    }
}
