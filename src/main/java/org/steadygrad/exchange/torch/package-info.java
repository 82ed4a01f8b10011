/**
 * PyTorch's files of state dicts ({@code .pt}, {@code .pth}): a zip with a pickle and the bytes of storages. The pickle is read by a closed reader
 * that runs nothing and knows only what state dicts are made of.
 *
 * <p>Begin with {@code TorchFile}.
 */
@Internal
package org.steadygrad.exchange.torch;

import org.steadygrad.check.Internal;
