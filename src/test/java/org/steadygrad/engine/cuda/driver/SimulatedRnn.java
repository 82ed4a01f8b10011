package org.steadygrad.engine.cuda.driver;

import static org.bytedeco.cuda.global.cudart.cudaMemset;
import static org.bytedeco.cuda.global.cudnn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.check;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.device;
import static org.steadygrad.engine.cuda.driver.SimulatedCuda.values;

import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.cudnn.cudnnDropoutStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNDataStruct;
import org.bytedeco.cuda.cudnn.cudnnRNNStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.steadygrad.golden.Golden;

/** One golden case on cuDNN's calls: one layer, one direction, two biases. */
final class SimulatedRnn implements AutoCloseable {
    private final int cell;
    private final int inputs;
    private final int hidden;
    private final int batch;
    private final int rows;
    private final cudnnContext handle = new cudnnContext();
    private final cudnnRNNStruct layer = new cudnnRNNStruct();
    private final cudnnRNNDataStruct xShape = new cudnnRNNDataStruct();
    private final cudnnRNNDataStruct yShape = new cudnnRNNDataStruct();
    private final cudnnTensorStruct hShape = new cudnnTensorStruct();
    private final cudnnDropoutStruct dropout = new cudnnDropoutStruct();
    private final FloatPointer x;
    private final FloatPointer hx;
    private final FloatPointer cx;
    private final FloatPointer dy;
    private final FloatPointer dhy;
    private final FloatPointer dcy;
    private final FloatPointer weights;
    private final FloatPointer y;
    private final FloatPointer dx;
    private final FloatPointer states;
    private final FloatPointer gradient;
    private final long weightBytes;
    private FloatPointer work;
    private FloatPointer reserve;

    SimulatedRnn(int cell, int[] lengths, int steps, Golden.Case c, boolean lstm) {
        this.cell = cell;
        batch = lengths.length;
        inputs = (int) c.array("/inputs/x").shape()[2];
        hidden = (int) c.array("/inputs/h0").shape()[2];
        rows = steps * batch;
        describe(lengths, steps);
        x = upload(c, "/inputs/x");
        hx = upload(c, "/inputs/h0");
        cx = lstm ? upload(c, "/inputs/c0") : null;
        dy = upload(c, "/upstream/dy");
        dhy = upload(c, "/upstream/dhn");
        dcy = lstm ? upload(c, "/upstream/dcn") : null;
        y = device((long) rows * hidden);
        dx = device((long) rows * inputs);
        states = device(4L * batch * hidden);
        algorithm(CUDNN_RNN_ALGO_STANDARD);
        try (SizeTPointer bytes = new SizeTPointer(1)) {
            assertEquals(0, cudnnGetRNNWeightSpaceSize(handle, layer, bytes));
            weightBytes = bytes.get();
        }
        weights = device(weights(c));
        gradient = device(weightBytes / Float.BYTES);
        check(cudaMemset(gradient, 0, weightBytes));
        assertEquals(0, sizesWith(CUDNN_RNN_ALGO_STANDARD));
    }

    private void describe(int[] lengths, int steps) {
        assertEquals(0, cudnnCreate(handle));
        assertEquals(0, cudnnCreateRNNDescriptor(layer));
        assertEquals(0, cudnnCreateRNNDataDescriptor(xShape));
        assertEquals(0, cudnnCreateRNNDataDescriptor(yShape));
        assertEquals(0, cudnnCreateTensorDescriptor(hShape));
        assertEquals(0, cudnnCreateDropoutDescriptor(dropout));
        assertEquals(0, cudnnSetDropoutDescriptor(dropout, handle, 0f, (Pointer) null, 0, 0));
        int layout = CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED;
        try (FloatPointer padding = new FloatPointer(0f)) {
            assertEquals(
                    0,
                    cudnnSetRNNDataDescriptor(
                            xShape, CUDNN_DATA_FLOAT, layout, steps, batch, inputs, lengths, padding));
            assertEquals(
                    0,
                    cudnnSetRNNDataDescriptor(
                            yShape, CUDNN_DATA_FLOAT, layout, steps, batch, hidden, lengths, padding));
        }
        int[] sizes = {1, batch, hidden};
        int[] strides = {batch * hidden, hidden, 1};
        assertEquals(0, cudnnSetTensorNdDescriptor(hShape, CUDNN_DATA_FLOAT, 3, sizes, strides));
    }

    private void algorithm(int algorithm) {
        int status = cudnnSetRNNDescriptor_v8(
                layer,
                algorithm,
                cell,
                CUDNN_RNN_DOUBLE_BIAS,
                CUDNN_UNIDIRECTIONAL,
                CUDNN_LINEAR_INPUT,
                CUDNN_DATA_FLOAT,
                CUDNN_DATA_FLOAT,
                CUDNN_FMA_MATH,
                inputs,
                hidden,
                hidden,
                1,
                dropout,
                CUDNN_RNN_PADDED_IO_ENABLED);
        assertEquals(0, status);
    }

    /** What cuDNN says of an algorithm for this layer, which has it from now on. */
    int sizesWith(int algorithm) {
        algorithm(algorithm);
        try (SizeTPointer workBytes = new SizeTPointer(1);
                SizeTPointer reserveBytes = new SizeTPointer(1)) {
            int status =
                    cudnnGetRNNTempSpaceSizes(handle, layer, CUDNN_FWD_MODE_TRAINING, xShape, workBytes, reserveBytes);
            if (status == 0) {
                work = device(workBytes.get() / Float.BYTES);
                reserve = device(reserveBytes.get() / Float.BYTES);
            }
            return status;
        }
    }

    private static FloatPointer upload(Golden.Case c, String pointer) {
        return device(c.array(pointer).dup('c').data().asFloat());
    }

    /** The simulated cuDNN's layout: matrices of the input, of the state, then both biases. */
    private float[] weights(Golden.Case c) {
        float[] all = new float[(int) (weightBytes / Float.BYTES)];
        int at = 0;
        for (String name : new String[] {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}) {
            float[] part = c.array("/params/" + name).dup('c').data().asFloat();
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        assertEquals(all.length, at);
        return all;
    }

    private FloatPointer state(int index) {
        return states.getPointer((long) index * batch * hidden);
    }

    int forward() {
        return cudnnRNNForward(
                handle,
                layer,
                CUDNN_FWD_MODE_TRAINING,
                (IntPointer) null,
                xShape,
                x,
                yShape,
                y,
                hShape,
                hx,
                state(0),
                hShape,
                cx,
                cx == null ? null : state(1),
                weightBytes,
                weights,
                bytes(work),
                work,
                bytes(reserve),
                reserve);
    }

    int backward() {
        int status = cudnnRNNBackwardData_v8(
                handle,
                layer,
                (IntPointer) null,
                yShape,
                y,
                dy,
                xShape,
                dx,
                hShape,
                hx,
                dhy,
                state(2),
                hShape,
                cx,
                dcy,
                cx == null ? null : state(3),
                weightBytes,
                weights,
                bytes(work),
                work,
                bytes(reserve),
                reserve);
        return status == 0 ? backwardWeights() : status;
    }

    int backwardWeights() {
        return cudnnRNNBackwardWeights_v8(
                handle,
                layer,
                CUDNN_WGRAD_MODE_ADD,
                (IntPointer) null,
                xShape,
                x,
                hShape,
                hx,
                yShape,
                y,
                weightBytes,
                gradient,
                bytes(work),
                work,
                bytes(reserve),
                reserve);
    }

    private static long bytes(FloatPointer memory) {
        return memory.capacity() * Float.BYTES;
    }

    float[] y() {
        return values(y, rows * hidden);
    }

    float[] hy() {
        return values(state(0), batch * hidden);
    }

    float[] cy() {
        return values(state(1), batch * hidden);
    }

    float[] dx() {
        return values(dx, rows * inputs);
    }

    float[] dhx() {
        return values(state(2), batch * hidden);
    }

    float[] dcx() {
        return values(state(3), batch * hidden);
    }

    float[] weightGradient() {
        return values(gradient, (int) (weightBytes / Float.BYTES));
    }

    @Override
    public void close() {
        assertEquals(0, cudnnDestroy(handle));
    }
}
