// SPDX-License-Identifier: GPL-3.0-or-later
// The step at the playhead in numbers: the sampler's own equation, typeset, with this step's coefficients and
// values put in, for one pixel or an image's mean.
#pragma once

#include "core/explain/step_equation.h"
#include "ui/document/image_pixel.h"

#include <QWidget>

#include <optional>

class QButtonGroup;
class QLabel;
class QScrollArea;
class QSpinBox;
class QStackedLayout;
class QToolButton;

namespace diffuscope::ui {

class FormulaView;
class OwnNumbers;
class SessionDocument;
class TermTable;

/// Follows the document's playhead and selection. A step is walked in two halves: predict (from x_t to the
/// estimates) and update (on to the next state). Shows the pixel under the cursor, else the pinned one, else
/// the mean of the selected image, and says which.
class StepEquationView : public QWidget
{
    Q_OBJECT

public:
    enum class Page { predict, update, own };

    /// The document must outlive the view.
    explicit StepEquationView(SessionDocument& document, QWidget* parent = nullptr);

    Page page() const { return m_page; }
    void setPage(Page page);
    /// The other half of the step, and from there the next step's first (or the one before's second).
    void walkOn();
    void walkBack();

    void hoverPixel(const ImagePixel& pixel);
    void leavePixel();
    void pinPixel(const ImagePixel& pixel);
    /// Pins what is under the cursor, or else lets go of the pinned pixel, or pins the middle of the image.
    void togglePin();
    void unpin();
    const std::optional<ImagePixel>& pinned() const { return m_pinned; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void pinnedChanged(const std::optional<diffuscope::ui::ImagePixel>& pixel);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeBar();
    QWidget* makeNumbers();
    void refresh();
    void showStep(const explain::RunReader& run, int step);
    void setPinned(std::optional<ImagePixel> pixel);
    /// The step that the playhead shows; behind the last, the one that made the result. −1 for none.
    int shownStep() const;
    /// The newest step whose frame has arrived; −1 for none.
    int lastStep() const;
    explain::Place place() const;
    QString placeText(const explain::Place& place) const;
    QString stepText(int step) const;

    SessionDocument& m_document;
    Page m_page = Page::update;
    std::optional<ImagePixel> m_hovered;
    std::optional<ImagePixel> m_pinned;

    QStackedLayout* m_pages = nullptr;    ///< empty, content
    QStackedLayout* m_content = nullptr;  ///< numbers, own
    QButtonGroup* m_buttons = nullptr;
    QLabel* m_step = nullptr;
    QLabel* m_place = nullptr;
    QToolButton* m_pin = nullptr;
    QSpinBox* m_x = nullptr;
    QSpinBox* m_y = nullptr;
    FormulaView* m_formula = nullptr;
    FormulaView* m_where = nullptr;
    TermTable* m_table = nullptr;
    QLabel* m_remark = nullptr;
    OwnNumbers* m_own = nullptr;
};

}  // namespace diffuscope::ui
