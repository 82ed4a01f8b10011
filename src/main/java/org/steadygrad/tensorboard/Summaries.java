package org.steadygrad.tensorboard;

import java.util.Map;
import org.nd4j.shade.protobuf.ByteString;
import org.steadygrad.ops.Histogram;
import org.tensorflow.framework.DataType;
import org.tensorflow.framework.HistogramProto;
import org.tensorflow.framework.Summary;
import org.tensorflow.framework.SummaryMetadata;
import org.tensorflow.framework.TensorProto;
import org.tensorflow.framework.TensorShapeProto;

/** What TensorBoard shows of a step. */
final class Summaries {
    private static final SummaryMetadata TEXT = SummaryMetadata.newBuilder()
            .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text"))
            .build();

    private Summaries() {}

    /** @param scalars value by tag; tags are grouped by what stands before their first slash */
    static Summary scalars(Map<String, Double> scalars) {
        Summary.Builder summary = Summary.newBuilder();
        scalars.forEach((tag, value) ->
                summary.addValue(Summary.Value.newBuilder().setTag(tag).setSimpleValue(value.floatValue())));
        return summary.build();
    }

    /** @param markdown text to be shown, in Markdown */
    static Summary text(String tag, String markdown) {
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                .addStringVal(ByteString.copyFromUtf8(markdown))
                .build();
        return Summary.newBuilder()
                .addValue(
                        Summary.Value.newBuilder().setTag(tag).setMetadata(TEXT).setTensor(tensor))
                .build();
    }

    /** @param values with at least one finite value */
    static Summary.Value histogram(String tag, Histogram values) {
        HistogramProto.Builder histogram = HistogramProto.newBuilder()
                .setMin(values.low())
                .setMax(values.high())
                .setNum(values.total())
                .setSum(values.sum())
                .setSumSquares(values.squares());
        int bins = values.counts().size();
        if (values.low() == values.high()) {
            histogram.addBucketLimit(values.high()).addBucket(values.total());
        } else {
            for (int i = 0; i < bins; i++) {
                double share = (i + 1) / (double) bins;
                histogram
                        .addBucketLimit(values.low() * (1 - share) + values.high() * share)
                        .addBucket(values.counts().get(i));
            }
        }
        return Summary.Value.newBuilder().setTag(tag).setHisto(histogram).build();
    }
}
