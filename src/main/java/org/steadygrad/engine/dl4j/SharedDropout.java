package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.plan.RandomStream;

/**
 * DL4J's inverted dropout with the masks that every engine of the toolkit draws; they depend on the seed of the pass, the
 * layer and the element's place in [examples][steps][features] alone. Stands in a model's configuration only within an
 * engine, which never writes its configuration anywhere.
 */
final class SharedDropout implements IDropout {
    private static final long serialVersionUID = 1L;

    private final transient DropoutSource source;
    private final double keep;
    private final int stream;
    private final boolean timeInMiddle;
    private final boolean reverse;
    private transient INDArray mask;

    /**
     * @param keep probability that an element is kept
     * @param stream number of the layer's stream of random numbers
     * @param timeInMiddle whether sequences are [examples, steps, features]
     * @param reverse whether the layer is given sequences that were turned round
     */
    SharedDropout(DropoutSource source, double keep, int stream, boolean timeInMiddle, boolean reverse) {
        this.source = source;
        this.keep = keep;
        this.stream = stream;
        this.timeInMiddle = timeInMiddle;
        this.reverse = reverse;
    }

    @Override
    public INDArray applyDropout(
            INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaceMgr) {
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            mask = mask(input);
        }
        return input.muli(mask, result);
    }

    @Override
    public INDArray backprop(INDArray gradAtOutput, INDArray gradAtInput, int iteration, int epoch) {
        gradAtOutput.muli(mask, gradAtInput);
        mask = null;
        return gradAtInput;
    }

    private INDArray mask(INDArray like) {
        long examples = source.examples();
        boolean sequence = like.rank() == 3;
        long features = sequence ? like.size(timeInMiddle ? 2 : 1) : like.size(1);
        long steps = like.length() / (examples * features);
        float[] values = new float[Math.toIntExact(like.length())];
        int[] drawn = new int[values.length];
        RandomStream.fill(source.seed(), stream, 0, drawn, drawn.length);
        long threshold = RandomStream.threshold(keep);
        for (int i = 0; i < values.length; i++) {
            values[i] = Integer.toUnsignedLong(drawn[i]) < threshold ? (float) (1 / keep) : 0;
        }
        INDArray natural = Nd4j.createFromArray(values)
                .reshape('c', new long[] {examples, steps, features})
                .castTo(like.dataType());
        INDArray read = reverse
                ? TimeSeriesUtils.reverseTimeSeries(natural.permute(0, 2, 1).dup())
                        .permute(0, 2, 1)
                : natural;
        if (sequence) {
            return timeInMiddle ? read : read.permute(0, 2, 1);
        }
        return read.permute(1, 0, 2).dup('c').reshape('c', like.shape());
    }

    @Override
    public void clear() {
        mask = null;
    }

    @Override
    public IDropout clone() {
        return new SharedDropout(source, keep, stream, timeInMiddle, reverse);
    }
}
