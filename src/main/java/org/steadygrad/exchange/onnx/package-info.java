/**
 * ONNX files ({@code .onnx}, weights within or in a file beside). The protocol-buffer messages are read by a reader of our own, which takes memory only for what
 * is there and refuses what it doesn't know. A graph of ONNX says nothing of layers: its constants are evaluated, sizes are followed as
 * symbols, and each value's axes are traced from the inputs, so that what reorders axes costs nothing and a recurrent node is found whatever an exporter has
 * put around it.
 *
 * <p>Begin with {@code OnnxReader}.
 */
@Internal
package org.steadygrad.exchange.onnx;

import org.steadygrad.check.Internal;
