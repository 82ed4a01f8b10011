/**
 * Files of named arrays in the safetensors format: 8 bytes with the length of a JSON header, the header, the arrays one after the other.
 *
 * <p>Begin with {@code SafetensorsReader} and {@code SafetensorsWriter}.
 */
@Internal
package org.steadygrad.exchange.safetensors;

import org.steadygrad.check.Internal;
