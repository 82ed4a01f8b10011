package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudnn.CUDNN_FWD_MODE_INFERENCE;
import static org.bytedeco.cuda.global.cudnn.CUDNN_FWD_MODE_TRAINING;
import static org.bytedeco.cuda.global.cudnn.CUDNN_WGRAD_MODE_ADD;
import static org.bytedeco.cuda.global.cudnn.cudnnGetRNNTempSpaceSizes;
import static org.bytedeco.cuda.global.cudnn.cudnnGetRNNWeightParams;
import static org.bytedeco.cuda.global.cudnn.cudnnGetRNNWeightSpaceSize;
import static org.bytedeco.cuda.global.cudnn.cudnnRNNBackwardData_v8;
import static org.bytedeco.cuda.global.cudnn.cudnnRNNBackwardWeights_v8;
import static org.bytedeco.cuda.global.cudnn.cudnnRNNForward;

import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.steadygrad.spec.Precision;

/**
 * One recurrent layer in one direction by cuDNN, on time-major tensors without a mask. Its matrices are row-major, [units,
 * inputs] and [units, units] for every gate, each gate with a bias of the input's product and one of the state's.
 */
public final class DnnRecurrence implements AutoCloseable {
    private final Dnn dnn;
    private final RecurrenceDescriptors descriptors;
    private final boolean training;
    private final long weightBytes;
    private final long workspaceBytes;
    private final long reserveBytes;

    /** Kinds of layers. */
    public enum Cell {
        TANH(1),
        RECTIFIER(1),
        /** Gates input, forget, cell input, output. */
        LSTM(4),
        /** Gates reset, update, candidate. */
        GRU(3);

        private final int gates;

        Cell(int gates) {
            this.gates = gates;
        }

        public int gates() {
            return gates;
        }
    }

    /** cuDNN's ways to compute. */
    public enum Algorithm {
        STANDARD,
        /** Weights stay on the chip. */
        PERSIST_STATIC,
        /** The same with larger tiles, for small states. */
        PERSIST_STATIC_SMALL_H
    }

    /** A layer and what it is run on. */
    public record Shape(Cell cell, int steps, int examples, int inputs, int units, boolean training) {}

    /**
     * Memory that belongs to a layer.
     *
     * @param weights in cuDNN's order
     * @param workspace worthless before and after each call
     * @param reserve what the forward pass leaves for the backward pass; empty in inference
     */
    public record Spaces(DeviceMemory weights, DeviceMemory workspace, DeviceMemory reserve) {}

    /**
     * Tensors of a layer.
     *
     * @param x [steps, examples, inputs]
     * @param y [steps, examples, units]
     * @param hx first h, [examples, units]; hy the last one
     * @param cx first c of an LSTM, else null; cy the last one
     */
    public record Tensors(
            DeviceMemory x, DeviceMemory y, DeviceMemory hx, DeviceMemory hy, DeviceMemory cx, DeviceMemory cy) {}

    /**
     * Where a gate's numbers lie in the weights, in floats from their start.
     *
     * @param matrix and bias first of them
     */
    public record Place(long matrix, long bias) {}

    /** @throws CudaException when this cuDNN can't do that */
    public DnnRecurrence(Dnn dnn, Shape shape, Algorithm algorithm, Precision precision) {
        this.dnn = dnn;
        training = shape.training;
        descriptors = new RecurrenceDescriptors(dnn, shape, algorithm, precision);
        try (SizeTPointer weights = new SizeTPointer(1);
                SizeTPointer workspace = new SizeTPointer(1);
                SizeTPointer reserve = new SizeTPointer(1)) {
            Status.dnn(
                    cudnnGetRNNWeightSpaceSize(dnn.handle(), descriptors.layer(), weights),
                    "cudnnGetRNNWeightSpaceSize");
            reserve.put(0);
            Status.dnn(
                    cudnnGetRNNTempSpaceSizes(
                            dnn.handle(), descriptors.layer(), mode(), descriptors.input(), workspace, reserve),
                    "a recurrent layer by " + algorithm);
            weightBytes = weights.get();
            workspaceBytes = workspace.get();
            reserveBytes = training ? reserve.get() : 0;
        } catch (RuntimeException | Error e) {
            descriptors.close();
            throw e;
        }
    }

    private int mode() {
        return training ? CUDNN_FWD_MODE_TRAINING : CUDNN_FWD_MODE_INFERENCE;
    }

    public long weightBytes() {
        return weightBytes;
    }

    public long workspaceBytes() {
        return workspaceBytes;
    }

    public long reserveBytes() {
        return reserveBytes;
    }

    /**
     * Where a gate's numbers lie.
     *
     * @param number of the gate for the input's product; plus the number of gates for the state's
     */
    public Place place(DeviceMemory weights, int number) {
        try (PointerPointer<Pointer> matrix = new PointerPointer<>(1);
                PointerPointer<Pointer> bias = new PointerPointer<>(1)) {
            cudnnTensorStruct matrixShape = descriptors.newTensor();
            cudnnTensorStruct biasShape = descriptors.newTensor();
            Status.dnn(
                    cudnnGetRNNWeightParams(
                            dnn.handle(),
                            descriptors.layer(),
                            0,
                            weightBytes,
                            weights.pointer(),
                            number,
                            matrixShape,
                            matrix,
                            biasShape,
                            bias),
                    "cudnnGetRNNWeightParams");
            return new Place(offset(weights, matrix), offset(weights, bias));
        }
    }

    private static long offset(DeviceMemory weights, PointerPointer<Pointer> address) {
        return (address.get(0).address() - weights.address()) / Float.BYTES;
    }

    private static Pointer pointer(DeviceMemory memory) {
        return memory == null || memory.bytes() == 0 ? null : memory.pointer();
    }

    /** Enqueues the forward pass. */
    public void forward(Spaces spaces, Tensors t) {
        Status.dnn(
                cudnnRNNForward(
                        dnn.handle(),
                        descriptors.layer(),
                        mode(),
                        (IntPointer) null,
                        descriptors.input(),
                        t.x.pointer(),
                        descriptors.output(),
                        t.y.pointer(),
                        descriptors.state(),
                        pointer(t.hx),
                        pointer(t.hy),
                        descriptors.state(),
                        pointer(t.cx),
                        pointer(t.cy),
                        weightBytes,
                        spaces.weights.pointer(),
                        workspaceBytes,
                        pointer(spaces.workspace),
                        reserveBytes,
                        pointer(spaces.reserve)),
                "cudnnRNNForward");
    }

    /**
     * Enqueues the backward pass as far as the input, with no gradient of the last state.
     *
     * @param dy gradient of the output
     * @param dx where that of the input goes
     */
    public void backwardData(Spaces spaces, Tensors t, DeviceMemory dy, DeviceMemory dx) {
        Status.dnn(
                cudnnRNNBackwardData_v8(
                        dnn.handle(),
                        descriptors.layer(),
                        (IntPointer) null,
                        descriptors.output(),
                        t.y.pointer(),
                        dy.pointer(),
                        descriptors.input(),
                        dx.pointer(),
                        descriptors.state(),
                        pointer(t.hx),
                        null,
                        null,
                        descriptors.state(),
                        pointer(t.cx),
                        null,
                        null,
                        weightBytes,
                        spaces.weights.pointer(),
                        workspaceBytes,
                        pointer(spaces.workspace),
                        reserveBytes,
                        pointer(spaces.reserve)),
                "cudnnRNNBackwardData");
    }

    /**
     * Enqueues, after {@link #backwardData}, what is left of the backward pass.
     *
     * @param gradient of the weights and in their order; is added to
     */
    public void backwardWeights(Spaces spaces, Tensors t, DeviceMemory gradient) {
        Status.dnn(
                cudnnRNNBackwardWeights_v8(
                        dnn.handle(),
                        descriptors.layer(),
                        CUDNN_WGRAD_MODE_ADD,
                        (IntPointer) null,
                        descriptors.input(),
                        t.x.pointer(),
                        descriptors.state(),
                        pointer(t.hx),
                        descriptors.output(),
                        t.y.pointer(),
                        weightBytes,
                        gradient.pointer(),
                        workspaceBytes,
                        pointer(spaces.workspace),
                        reserveBytes,
                        pointer(spaces.reserve)),
                "cudnnRNNBackwardWeights");
    }

    @Override
    public void close() {
        descriptors.close();
    }
}
