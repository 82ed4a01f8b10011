/**
 * Runs as TensorBoard shows them: event files with scalars, histograms and texts.
 *
 * <p>The messages are TensorFlow's protocol buffers, of which ND4J brings all but {@code event.proto} along; their framing is that
 * of TFRecord files.
 */
@PublicApi
package org.steadygrad.tensorboard;

import org.steadygrad.check.PublicApi;
