/**
 * Text as sequences of characters, each of which predicts the next. Begin with {@link org.steadygrad.data.text.TextData}.
 */
@Internal
package org.steadygrad.data.text;

import org.steadygrad.check.Internal;
