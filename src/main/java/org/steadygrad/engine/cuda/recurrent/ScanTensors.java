package org.steadygrad.engine.cuda.recurrent;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;

/**
 * What a {@link RecurrentScan} reads and writes. T time steps, B examples, H units; all time-major and row-major.
 *
 * @param gates [T, B, width], width being H for a simple layer, 4 H for an LSTM (DL4J's order: cell input, forget, output,
 *     input), 4 H for a GRU (r, z, n and q, where {@code q = h' Rn + cn} is the recurrent part of n). Before the forward scan it
 *     holds the products with the input, biases included, except q, which the scan computes; after it the activated gates
 *     and q (a simple layer whose activation can't be inverted keeps the value before activation); after the backward scan
 *     the gradients of the values before activation, q's included
 * @param hidden [T, B, H], h after each step: the layer's output but at masked steps, where it is held
 * @param cells [T, B, H] for an LSTM; empty otherwise
 * @param weights recurrent, DL4J's [H, gates * H] in 'f' order, hence rows of H elements for each gate unit
 * @param candidateBias [H], cn of a GRU; empty otherwise
 * @param initial h and, for an LSTM, c; [B, H] each
 * @param finals the same after the last step (the first, in reverse)
 * @param mask [T, B]; a step counts unless its number is 0. At a step that doesn't, the state is held
 * @param hiddenGradient [T, B, H], the gradient of the layer's output, of no importance at steps that don't count; null without
 *     a backward pass
 * @param stateGradient of h and, for an LSTM, of c; [B, H] each; null without a backward pass
 * @param total [T, B, H], where the whole gradient of every hidden state goes, that through later steps included; at a step
 *     that doesn't count it is what passes by; empty when nobody looks at it
 */
record ScanTensors(
        DeviceMemory gates,
        DeviceMemory hidden,
        Optional<DeviceMemory> cells,
        DeviceMemory weights,
        Optional<DeviceMemory> candidateBias,
        State initial,
        State finals,
        Optional<DeviceMemory> mask,
        DeviceMemory hiddenGradient,
        State stateGradient,
        Optional<DeviceMemory> total) {

    /** @param cell empty for cells without one */
    record State(DeviceMemory hidden, Optional<DeviceMemory> cell) {}
}
