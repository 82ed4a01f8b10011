package org.steadygrad.nn;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What one forward pass over a sequence leaves behind, time-major and contiguous: every buffer is a 'c' order matrix
 * whose row {@code t * batch + b} belongs to time step t of example b. The backward pass overwrites it.
 */
final class GRUTape {
    final int steps;
    final int batch;
    final int hidden;
    /** [steps * batch, nIn] */
    final INDArray input;
    /** [(steps + 1) * batch, hidden]: the initial state and the state after every step. */
    final INDArray states;
    /** [steps * batch, 2 hidden]: reset and update gate, side by side. */
    final INDArray gates;
    /** [steps * batch, hidden] */
    final INDArray candidate;
    /** [steps * batch, hidden]: h Rn + cn, before the reset gate is applied. */
    final INDArray recurrent;
    /** [steps * batch, 2 hidden], what the gates' activation was applied to; null where its slope follows from its value. */
    final INDArray gatesBefore;
    /** [steps * batch, hidden], likewise for the candidate; may be null. */
    final INDArray candidateBefore;
    /** [steps * batch, hidden]: 1 at present steps, 0 at masked ones; null without a mask. */
    INDArray present;
    /** Per step, whether any example is masked there; null without a mask. */
    boolean[] anyMasked;

    private final MemoryWorkspace workspace;
    private final long generation;

    GRUTape(INDArray input, int steps, GRUCell cell, LayerWorkspaceMgr workspaces, ArrayType where) {
        DataType type = input.dataType();
        this.input = input;
        this.steps = steps;
        this.batch = (int) (input.rows() / steps);
        this.hidden = cell.hidden();
        long rows = input.rows();
        boolean training = where != ArrayType.FF_WORKING_MEM;
        states = workspaces.createUninitialized(where, type, new long[] {rows + batch, hidden}, 'c');
        gates = workspaces.createUninitialized(where, type, new long[] {rows, 2L * hidden}, 'c');
        candidate = workspaces.createUninitialized(where, type, new long[] {rows, hidden}, 'c');
        recurrent = workspaces.createUninitialized(where, type, new long[] {rows, hidden}, 'c');
        gatesBefore = training && cell.gate().needsInput()
                ? workspaces.createUninitialized(where, type, new long[] {rows, 2L * hidden}, 'c')
                : null;
        candidateBefore = training && cell.candidate().needsInput()
                ? workspaces.createUninitialized(where, type, new long[] {rows, hidden}, 'c')
                : null;
        workspace = states.isAttached() ? states.data().getParentWorkspace() : null;
        generation = workspace == null ? 0 : workspace.getGenerationId();
    }

    /** Whether the memory still holds this pass: a workspace may have been left, and used anew, since. */
    boolean isAlive() {
        return workspace == null || (workspace.isScopeActive() && workspace.getGenerationId() == generation);
    }

    /** The rows of one time step. */
    INDArray at(INDArray buffer, int step) {
        return columns(buffer, step, 0, buffer.size(1));
    }

    INDArray reset(int step) {
        return columns(gates, step, 0, hidden);
    }

    INDArray update(int step) {
        return columns(gates, step, hidden, hidden);
    }

    /** Views are cut by hand: INDArray.get takes several times as long, and the loop needs many of them. */
    private INDArray columns(INDArray buffer, int step, long firstColumn, long columns) {
        long stride = buffer.size(1);
        return Nd4j.create(
                buffer.data(),
                new long[] {batch, columns},
                new long[] {stride, 1},
                buffer.offset() + step * batch * stride + firstColumn,
                'c');
    }
}
