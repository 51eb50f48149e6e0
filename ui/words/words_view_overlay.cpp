// SPDX-License-Identifier: GPL-3.0-or-later
// What a view of words lays over the pictures, and what it says of the place under the cursor.
#include "ui/document/session_document.h"
#include "ui/words/words_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>

namespace diffuscope::ui {

int WordsView::shownRow() const
{
    return m_preview >= 0 && m_preview < m_rows.size() ? m_preview : m_strip->chosen();
}

void WordsView::previewWord(int word)
{
    if (std::exchange(m_preview, word) == word)
        return;
    updateOverlay();
    updateReadout();
}

const FrameAttention* WordsView::attentionOf(int row) const
{
    const FrameAttention* attention = isRecording() && row >= 0 ? m_recorder->at(step()) : nullptr;
    return attention && m_rows.tokenOf(*attention, row) >= 0 ? attention : nullptr;
}

void WordsView::updateOverlay()
{
    const int row = shownRow();
    const FrameAttention* attention = attentionOf(row);
    const int token = attention ? m_rows.tokenOf(*attention, row) : -1;
    // The scale is the same in all steps, so that they can be compared.
    const float top = row >= 0 ? m_rows.peak(*m_recorder, row, layer()) : 0;
    m_overlayScale->setTop(top);
    const bool isShown = (showsOverlay() || m_preview >= 0) && attention && attention->maps &&
                         layer() < int(attention->maps->layers.size());
    OverlayKey wanted;
    if (isShown)
        wanted = {attention->maps, token, layer(), top};
    if (wanted == m_overlaid)
        return;
    m_overlaid = wanted;
    Q_EMIT overlayChanged(isShown ? heatPicture(*wanted.maps, token, wanted.layer, top) : HeatPicture());
}

void WordsView::hoverPixel(const ImagePixel& pixel)
{
    m_pixel = pixel;
    updateReadout();
}

void WordsView::leavePixel()
{
    m_pixel.reset();
    updateReadout();
}

/// The share of the shown word in its step: at the pixel under the cursor, otherwise over the picture.
void WordsView::updateReadout()
{
    const int row = shownRow();
    const FrameAttention* attention = attentionOf(row);
    if (!attention)
        return m_readout->clear();
    const int token = m_rows.tokenOf(*attention, row);
    const QString head = tr("“%1” · step %2").arg(m_rows.text(row)).arg(step() + 1);
    QString text = m_pixel ? placeText(*attention, token, *m_pixel) : QString();
    if (text.isEmpty()) {
        const int image = m_document.selectedImage();
        text = tr("%1 of %2")
                   .arg(shareText(double(attention->share(image, token))),
                        image >= 0 ? tr("image %1").arg(image + 1)
                                   : tr("all %1 images, in the mean").arg(attention->batch));
    }
    m_readout->setText(QStringLiteral("%1 · %2").arg(head, text));
}

/// Empty where nothing is known of that place.
QString WordsView::placeText(const FrameAttention& attention, int token, const ImagePixel& pixel) const
{
    const record::FramePtr frame = m_document.frame();
    const int shown = layer();
    const bool isKnown = frame && attention.maps && pixel.image < attention.batch &&
                         pixel.x < frame->shape.width && pixel.y < frame->shape.height &&
                         shown < int(attention.maps->layers.size());
    if (!isKnown)
        return {};
    const record::TextAttention& maps = *attention.maps;
    const record::BatchShape& shape = frame->shape;
    const int height = shown < 0 ? shape.height : maps.layers[std::size_t(shown)].height;
    const int width = shown < 0 ? shape.width : maps.layers[std::size_t(shown)].width;
    const std::vector<float> map = shown < 0 ? maps.meanMap(pixel.image, std::size_t(token), height, width)
                                             : maps.map(std::size_t(shown), pixel.image, std::size_t(token));
    const int place = pixel.y * height / shape.height * width + pixel.x * width / shape.width;
    return tr("%1 at x %2, y %3 of image %4")
        .arg(shareText(double(map[std::size_t(place)])))
        .arg(pixel.x)
        .arg(pixel.y)
        .arg(pixel.image + 1);
}

}  // namespace diffuscope::ui
